using System.Text;
using Holdfast.Linux;
using Holdfast.Linux.Files;
using Holdfast.Linux.Processes;
using Holdfast.Linux.Sockets;
using Holdfast.Linux.Spawn;

namespace Holdfast.Kernel.Tests.Keeper;

/// <summary>
/// The real keeper in directories of its own, with stand-in daemons that the test speaks for. Owned by one test; disposing kills it, and
/// with it the terminals of its sessions.
/// </summary>
internal sealed class RunningKeeper : IDisposable
{
    private readonly string _directory = Path.Combine("/tmp", $"hk-{Guid.NewGuid():N}"[..16]);
    private readonly List<IDisposable> _owned = [];
    private readonly Fd _relay;

    private RunningKeeper(bool adopt, IReadOnlyList<string> settings, string? daemonScript)
    {
        Directory.CreateDirectory(RuntimeDirectory);
        Directory.CreateDirectory(StateDirectory);
        var relayPath = Path.Combine(_directory, "relay");
        _relay = UnixSocket.Listen(relayPath, 16);
        using var nothing = FileSystem.Open("/dev/null", OpenFlags.ReadOnly);
        using var log = FileSystem.Open(LogFile, OpenFlags.WriteOnly | OpenFlags.Append | OpenFlags.Create, 0x180);
        using var last = adopt ? OwnControlEnd() : OpenLock();
        var arguments = new List<string>
        {
            Binary, "--runtime", RuntimeDirectory, "--state", StateDirectory, "--endpoint", EndpointFile, "--socket", SocketPath,
            "--daemon", daemonScript is null ? Child.ProbePath : WriteScript(daemonScript),
        };
        Arguments = [.. arguments];
        arguments.AddRange(adopt ? ["--adopt"] : ["--lock-fd", "3"]);
        // A stand-in does not beat; where that matters, the test says so.
        string[] defaults = settings.Any(s => s.StartsWith("HOLDFAST_STALE_TICKS", StringComparison.Ordinal)) ? [] : ["HOLDFAST_STALE_TICKS=1000000"];
        var variables = Child.OwnEnvironment.Concat(defaults).Append($"HOLDFAST_TEST_RELAY={relayPath}").Append($"HOLDFAST_TEST_DIR={_directory}").Concat(settings).ToList();
        var plan = new SpawnPlan(Binary, "/", arguments, variables);
        var error = ChildSpawner.TrySpawn(plan, new ChildDescriptors.Listed([nothing, log, log, last]), out var pid);
        if (error != Errno.None || PidFd.TryOpen(pid, out var process) != Errno.None)
            throw new LinuxException("spawn", error, Binary);
        Process = process!;
        Pid = pid;
    }

    public int Pid { get; }

    public PidFd Process { get; }

    /// <summary>The test's end, where it speaks for the daemon from the start (a takeover).</summary>
    public FdChannel? Control { get; private set; }

    public string RuntimeDirectory => Path.Combine(_directory, "run");

    public string StateDirectory => Path.Combine(_directory, "state");

    public string SocketPath => Path.Combine(RuntimeDirectory, "socket");

    public string EndpointFile => Path.Combine(StateDirectory, "endpoint.json");

    public string LogFile => Path.Combine(_directory, "keeper.log");

    /// <summary>Its command line, the last option apart.</summary>
    public IReadOnlyList<string> Arguments { get; }

    public string TestDirectory => _directory;

    private static string Binary { get; } = FindBinary();

    public static RunningKeeper Start(params IReadOnlyList<string> settings) => new(adopt: false, settings, null);

    /// <summary>With a script in place of the daemon.</summary>
    public static RunningKeeper StartWithDaemon(string script, params IReadOnlyList<string> settings) => new(adopt: false, settings, script);

    public static RunningKeeper StartTakeover(params IReadOnlyList<string> settings) => new(adopt: true, settings, null);

    /// <summary>The next daemon that the keeper starts.</summary>
    public StandIn NextDaemon()
    {
        WaitFor(_relay, "a daemon to be started");
        UnixSocket.TryAccept(_relay, out var connection);
        WaitFor(connection!, "the daemon's control channel");
        var relay = new FdChannel(connection!);
        var descriptors = new List<Fd>();
        var pid = new byte[4];
        relay.Receive(pid, descriptors);
        var daemon = new StandIn(this, BitConverter.ToInt32(pid), new FdChannel(descriptors[0]), relay);
        _owned.Add(daemon);
        return daemon;
    }

    /// <summary>The next daemon, after its welcome and with everything fetched.</summary>
    public StandIn NextReadyDaemon()
    {
        var daemon = NextDaemon();
        daemon.Begin();
        daemon.Ask(new(Linux.Keeping.ControlKind.Ready));
        return daemon;
    }

    /// <summary>Blocks until the keeper has logged this.</summary>
    public void AwaitLog(string text) => FileWatch.Await(LogFile, _ => Log().Contains(text, StringComparison.Ordinal));

    public bool DaemonWasStarted() => Await.Now(_relay) != 0;

    public Fd Connect()
    {
        if (UnixSocket.TryConnect(SocketPath, out var connection) != Errno.None)
            throw new InvalidOperationException("nobody listens\n" + Log());
        _owned.Add(connection!);
        return connection!;
    }

    public ExitStatus AwaitEnd()
    {
        WaitFor(Process.Fd, "the keeper to end");
        Process.QueryChild(reap: true, out var status);
        return status;
    }

    public void WaitFor(Fd fd, string what)
    {
        try
        {
            Await.Ready(fd);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"waited for {what}\n{Log()}", e);
        }
    }

    public void Own(IDisposable owned) => _owned.Add(owned);

    public string Log() => File.ReadAllText(LogFile);

    public void Dispose()
    {
        Process.Send(Signals.Kill);
        AwaitEnd();
        foreach (var owned in _owned)
            owned.Dispose();
        _relay.Dispose();
        Control?.Dispose();
        Process.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private Fd OwnControlEnd()
    {
        var (one, other) = FdChannel.CreatePair();
        Control = one;
        return other.Fd;
    }

    private Fd OpenLock()
    {
        var fd = FileSystem.Open(Path.Combine(StateDirectory, "lock"), OpenFlags.ReadWrite | OpenFlags.Create, 0x180);
        FileSystem.TryLock(fd);
        return fd;
    }

    private string WriteScript(string script)
    {
        var path = Path.Combine(_directory, "daemon.sh");
        File.WriteAllText(path, "#!/bin/bash\n" + script, new UTF8Encoding(false));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return path;
    }

    // .../tests/Holdfast.Kernel.Tests/bin/CONFIGURATION/net10.0/
    private static string FindBinary()
    {
        if (Environment.GetEnvironmentVariable("HOLDFAST_BIN") is { Length: > 0 } installed)
            return Path.Combine(installed, "holdfast-keeper");
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        var configuration = here.Parent!.Name;
        var root = here.Parent.Parent!.Parent!.Parent!.Parent!.FullName;
        return Path.Combine(root, "src/Holdfast.Keeper/bin", configuration, "net10.0/holdfast-keeper");
    }
}
