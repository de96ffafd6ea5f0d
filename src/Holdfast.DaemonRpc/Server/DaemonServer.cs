using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Holdfast.DaemonRpc.Lifecycle;
using Holdfast.DaemonRpc.Wire;
using Holdfast.Linux.Files;

namespace Holdfast.DaemonRpc.Server;

/// <summary>
/// The warm daemon of one id: accepts clients, gives each command its turn, and ends by itself when idle, asked, or signalled. Owned by Main or a
/// hosted service, which runs it once; its connections are tasks of the pool.
/// </summary>
public sealed class DaemonServer(LaunchArguments launch, ICommandHandler handler, DaemonServerOptions? options = null)
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _cut = new();
    private readonly HashSet<Task> _connections = [];
    private readonly Lock _gate = new();
    private readonly long _started = Stopwatch.GetTimestamp();
    private PidRecord _self = PidRecord.OfThisProcess(launch.BuildTimestamp);

    internal DaemonServerOptions Options { get; } = options ?? new DaemonServerOptions();

    internal ICommandHandler Handler { get; } = handler;

    internal ServerLog Log { get; } = new((options ?? new DaemonServerOptions()).Log);

    internal ServerCounters Counters { get; } = new();

    internal CommandQueue Queue { get; } = new(
        (options ?? new DaemonServerOptions()).MaxConcurrentCommands, (options ?? new DaemonServerOptions()).MaxQueuedCommands, (options ?? new DaemonServerOptions()).QueueDeadline);

    internal string Build { get; } = launch.BuildTimestamp;

    internal bool IsStopping => _stopping.IsCancellationRequested;

    internal int Running => Counters.Running;

    /// <summary>Cancels every command that still runs after the time to drain.</summary>
    internal CancellationToken Cut => _cut.Token;

    /// <summary>Serves until the daemon is to end; returns the exit code of the process.</summary>
    /// <exception cref="LifecycleException">The directories are unsafe, or another daemon of this id lives.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken = default)
    {
        var place = DaemonPlace.For(launch.DaemonId, launch.Directory.Length > 0 ? launch.Directory : null);
        using var door = Doorway.Take(place, launch);
        _self = PidRecord.OfThisProcess(Build);
        Announce(place);
        using var byCaller = cancellationToken.Register(() => Stop("its host ends"));
        using var signals = Options.HandleSignals ? new StopSignals(this) : null;
        using var idle = new IdleShutdown(Options.IdleTimeout, () => Stop("nobody needed it"));
        using var look = new Timer(_ => Look(door, place), state: null, Options.LookInterval, Options.LookInterval);
        Log.Write($"daemon {launch.DaemonId} of build {Build} serves at {place.Socket}");
        await AcceptAsync(door.Listener, idle);
        door.Close();
        await DrainAsync();
        // The handler may own what must be closed well.
        if (Handler is IAsyncDisposable owned)
            await owned.DisposeAsync();
        else
            (Handler as IDisposable)?.Dispose();
        FileSystem.Unlink(place.PidFile);
        Log.Write($"daemon {launch.DaemonId} ended after {Stopwatch.GetElapsedTime(_started).TotalSeconds:0} s");
        return 0;
    }

    /// <summary>Ends the daemon gracefully: no new commands, those that run may end within the time to drain.</summary>
    public void Stop(string why)
    {
        lock (_gate)
        {
            if (_stopping.IsCancellationRequested)
                return;
            Log.Write($"stopping: {why}; {Running} commands run");
        }
        _stopping.Cancel();
    }

    internal DaemonVersion Version(VersionAnswer answer) => new(WireLimits.ProtocolVersion, answer, _self.Pid, _self.StartTime, Build);

    internal IEnumerable<KeyValuePair<string, string>> Facts() =>
    [
        new("daemon_id", launch.DaemonId),
        new("pid", $"{_self.Pid}"),
        new("build", Build),
        new("state", IsStopping ? "stopping" : "serving"),
        new("uptime_seconds", $"{Stopwatch.GetElapsedTime(_started).TotalSeconds:0}"),
        new("waiting", $"{Queue.Waiting}"),
        .. Counters.Facts(),
        new("memory_bytes", $"{Environment.WorkingSet}"),
    ];

    private void Announce(DaemonPlace place)
    {
        try
        {
            _self.Write(place.PidFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is for people and for a daemon that hangs; a full disk must not keep a tool from working.
            Log.Write($"the pid file cannot be written: {e.Message}");
        }
    }

    private void Look(Doorway door, DaemonPlace place)
    {
        if (!IsStopping && !door.IsStillOurs())
            Stop("its socket was removed: nobody can find it");
        try
        {
            LogRotation.EmptyIfLong(place);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.Write($"the log cannot be rotated: {e.Message}");
        }
    }

    private async Task AcceptAsync(Socket listener, IdleShutdown idle)
    {
        while (!IsStopping)
        {
            Socket client;
            try
            {
                client = await listener.AcceptAsync(_stopping.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException e)
            {
                // No descriptor is free, or the client left: the others are served all the same.
                Log.Write($"accept failed: {e.SocketErrorCode}");
                await Task.Delay(TimeSpan.FromMilliseconds(10), CancellationToken.None);
                continue;
            }
            idle.Enter();
            Begin(client, idle);
        }
    }

    private void Begin(Socket client, IdleShutdown idle)
    {
        var serving = Task.Run(async () =>
        {
            try
            {
                using var connection = new ServerConnection(client, this);
                await connection.ServeAsync();
            }
            catch (Exception e)
            {
                // The last border: one connection never ends the daemon.
                Log.Write($"a connection failed: {e}");
            }
            finally
            {
                idle.Leave();
            }
        });
        lock (_gate)
            _connections.Add(serving);
        _ = serving.ContinueWith(
            t =>
            {
                lock (_gate)
                    _connections.Remove(t);
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    private async Task DrainAsync()
    {
        Task all;
        lock (_gate)
            all = Task.WhenAll(_connections);
        await all.WaitAsync(Options.DrainTimeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (all.IsCompleted)
            return;
        Log.Write($"{Running} commands did not end within {Options.DrainTimeout.TotalSeconds:0.#} s and are cancelled");
        await _cut.CancelAsync();
        await all.WaitAsync(Options.AbandonAfter + TimeSpan.FromSeconds(1)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>SIGTERM and SIGINT mean a graceful stop. Owned by the running server.</summary>
    private sealed class StopSignals(DaemonServer server) : IDisposable
    {
        private readonly PosixSignalRegistration[] _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => OnSignal(context, server)),
            PosixSignalRegistration.Create(PosixSignal.SIGINT, context => OnSignal(context, server)),
        ];

        public void Dispose()
        {
            foreach (var registration in _registrations)
                registration.Dispose();
        }

        private static void OnSignal(PosixSignalContext context, DaemonServer server)
        {
            context.Cancel = true;
            server.Stop($"{context.Signal}");
        }
    }
}
