using System.Diagnostics;
using System.Net.Sockets;
using Holdfast.DaemonRpc.Lifecycle;
using Holdfast.DaemonRpc.Server;
using Holdfast.DaemonRpc.Wire;

namespace Holdfast.DaemonRpc.Client;

/// <summary>
/// Runs commands in the warm daemon: finds it, starts it where none runs, replaces one of another build, and passes output on as it comes.
/// Immutable; any thread; each call has a connection of its own.
/// </summary>
public sealed class DaemonClient
{
    // A daemon that ends at each hello must not keep us for the whole deadline.
    private const int MaxClosedDoors = 20;

    private readonly DaemonClientOptions _options;
    private readonly DaemonPlace _place;
    private readonly DaemonControl _control;

    public DaemonClient(DaemonClientOptions options)
    {
        if (options.BuildTimestamp.Length is 0 or > WireLimits.MaxNameBytes)
            throw new ArgumentException("the build wrote no timestamp into this program, or too long a one: set BuildTimestamp", nameof(options));
        _options = options;
        _place = DaemonPlace.For(options.DaemonId, options.Directory);
        _control = new DaemonControl(_place, options.HandshakeTimeout, options.StopPatience);
    }

    public DaemonPlace Place => _place;

    public DaemonControl Control => _control;

    /// <summary>
    /// What a Main returns: runs the command with this process's standard streams, with Ctrl-C to cancel (a second one leaves at once), and tells
    /// failures on standard error.
    /// </summary>
    public Task<int> RunAsync(CommandRequest request) => Terminal.RunAsync(this, request);

    /// <summary>The handler's exit code; its output goes to the streams as it comes.</summary>
    /// <exception cref="DaemonException">It did not come to its own end.</exception>
    public async Task<int> ExecuteAsync(CommandRequest request, Stream stdout, Stream stderr, CancellationToken cancellationToken = default)
    {
        if (request.Body.Length > _options.MaxCommandBytes)
            throw CommandRequest.TooLarge(_options.MaxCommandBytes);
        var variables = Variables(request);
        var command = new CommandMessage(request.Body, request.Arguments, request.WorkingDirectory, variables).Encode();
        DaemonLink link;
        try
        {
            // A daemon that was given up must not find the command afterwards, when the fallback has run it.
            link = await ReachAsync(_options.Fallback is null ? command : default, cancellationToken);
        }
        catch (DaemonException e) when (_options.Fallback is not null && e.ExitCode is ExitCodes.Unavailable or ExitCodes.Busy or ExitCodes.NoPermission)
        {
            return await FallBackAsync(request, variables, stdout, stderr, cancellationToken);
        }
        using (link)
            return await new CommandStream(link, _place.LogFile, _options.CancelPatience).RunAsync(command, stdout, stderr, cancellationToken);
    }

    /// <summary>Makes sure that a daemon of this build runs, without giving it anything to do.</summary>
    /// <exception cref="DaemonException">None can be reached.</exception>
    public async Task WarmAsync(CancellationToken cancellationToken = default) => (await ReachAsync(default, cancellationToken)).Dispose();

    private async Task<DaemonLink> ReachAsync(ReadOnlyMemory<byte> command, CancellationToken cancellationToken)
    {
        var starter = _options.NoSpawn ? null : new DaemonSpawner(_place, _options.Spawn, _options.BuildTimestamp);
        var witness = new StartWitness(_place);
        var hello = new ClientVersion(WireLimits.ProtocolVersion, Intent.Run, _place.Id, _options.BuildTimestamp);
        var begun = Stopwatch.GetTimestamp();
        var replaced = false;
        for (var closed = 0; ;)
        {
            var socket = await DialAsync(starter, witness, cancellationToken);
            var link = await DaemonLink.OpenAsync(socket, hello, command, _place, _options.HandshakeTimeout, cancellationToken);
            if (link is null)
            {
                if (++closed >= MaxClosedDoors || Stopwatch.GetElapsedTime(begun) >= _options.StartDeadline)
                    throw Translated(witness.NeverReady("the daemon closed every connection before its first answer"));
                continue;
            }
            if (link.Version.Answer == VersionAnswer.Accepted)
                return Verified(link);
            link.Dispose();
            var replace = link.Version.Answer is VersionAnswer.BuildDiffers or VersionAnswer.ProtocolDiffers;
            if (replace && (replaced || _options.NoSpawn))
                throw Conflict(link.Version, replaced);
            if (link.Version.Answer == VersionAnswer.Denied)
                throw new DaemonException("PERMISSION_DENIED", "the daemon belongs to another user", hint: null, ExitCodes.NoPermission);
            await EndAsync(link.Version, replace, cancellationToken);
            if (++closed >= MaxClosedDoors)
                throw new DaemonException("DAEMON_STOPPING", $"{closed} daemons were ending when they were reached", "try again later", ExitCodes.Busy);
            replaced |= replace;
            // What follows is another daemon: it may be started, and its log begins here.
            witness = new StartWitness(_place);
            begun = Stopwatch.GetTimestamp();
        }
    }

    // Both sides compare: a daemon that takes any client must not run another build's command unseen.
    private DaemonLink Verified(DaemonLink link)
    {
        var daemon = link.Version;
        if (daemon.Build == _options.BuildTimestamp && daemon.Protocol == WireLimits.ProtocolVersion)
            return link;
        link.Dispose();
        throw new DaemonException(
            "VERSION_CONFLICT",
            $"the daemon {_place.Id} is of build {daemon.Build} and accepted a client of build {_options.BuildTimestamp}",
            "`daemon restart` replaces it",
            ExitCodes.Protocol);
    }

    private async Task EndAsync(DaemonVersion old, bool ask, CancellationToken cancellationToken)
    {
        if (ask)
            await _control.StopAsync(old, cancellationToken);
        // One that stops by itself is only waited for: its commands may take longer than we wait.
        else if (!await _control.HasEndedAsync(new PidRecord(old.Pid, old.StartTime, old.Build), cancellationToken))
            throw Ending(old.Pid);
    }

    private async Task<Socket> DialAsync(DaemonSpawner? starter, StartWitness witness, CancellationToken cancellationToken)
    {
        try
        {
            return await DaemonDialer.ConnectAsync(_place, starter, _options.StartDeadline, cancellationToken, witness);
        }
        catch (LifecycleException e)
        {
            // We started none because another one has the lock, and it answers nobody any more.
            using var other = e.Code == "DAEMON_START_FAILED" && !witness.Started ? LivingDaemon.TryFind(_place) : null;
            throw other is null ? Translated(e) : Ending(other.Record.Pid);
        }
    }

    private static DaemonException Ending(int pid) =>
        new("DAEMON_STOPPING", $"the daemon (process {pid}) is stopping, and waits for commands that still run", "try again later", ExitCodes.Busy);

    private DaemonException Translated(LifecycleException e)
    {
        var noPermission = e.Code is "PERMISSION_DENIED" or "RUNTIME_DIR_UNSAFE" or "SOCKET_PATH_TOO_LONG";
        var hint = e.Hint ?? $"its log is {_place.LogFile}";
        return new DaemonException(e.Code, e.Message, hint, noPermission ? ExitCodes.NoPermission : ExitCodes.Unavailable, e);
    }

    private DaemonException Conflict(DaemonVersion other, bool replaced) => new(
        "VERSION_CONFLICT",
        replaced
            ? $"another version of this program (build {other.Build}) uses the daemon {_place.Id} at the same time, and replaced ours (build {_options.BuildTimestamp})"
            : $"the daemon {_place.Id} is of build {other.Build}, this program of {_options.BuildTimestamp}, and it must not start one",
        replaced ? "use one version at a time, or give each a daemon id of its own" : "`daemon restart` replaces it",
        ExitCodes.Protocol);

    private IReadOnlyCollection<KeyValuePair<string, string>> Variables(CommandRequest request)
    {
        if (request.Variables is { } given)
            return given;
        var variables = new List<KeyValuePair<string, string>>();
        foreach (var name in _options.ForwardVariables)
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
                variables.Add(new(name, value));
        }
        return variables;
    }

    private async Task<int> FallBackAsync(
        CommandRequest request, IReadOnlyCollection<KeyValuePair<string, string>> variables, Stream stdout, Stream stderr, CancellationToken cancellationToken)
    {
        var context = new CommandContext
        {
            Body = request.Body,
            Arguments = request.Arguments,
            WorkingDirectory = request.WorkingDirectory,
            Environment = new Dictionary<string, string>(variables, StringComparer.Ordinal),
            ClientPid = Environment.ProcessId,
            Stdout = stdout,
            Stderr = stderr,
        };
        try
        {
            return await _options.Fallback!.HandleAsync(context, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new DaemonException("CANCELLED", "the command was cancelled", hint: null, ExitCodes.Cancelled);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new DaemonException("HANDLER_FAILED", ErrorChain.Describe(e), hint: null, ExitCodes.HandlerFailed, e);
        }
    }
}
