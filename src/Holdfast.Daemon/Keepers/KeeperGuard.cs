using Holdfast.Daemon.Health;
using Holdfast.DaemonRpc.Lifecycle;
using Holdfast.Linux;
using Holdfast.Linux.Events;
using Holdfast.Linux.Files;
using Holdfast.Linux.Keeping;
using Holdfast.Linux.Processes;
using Holdfast.Linux.Sockets;
using Holdfast.Linux.Spawn;
using Microsoft.Extensions.Logging;

namespace Holdfast.Daemon.Keepers;

/// <summary>
/// Watches the keeper: by its pidfd for its death, by its beat for a hang. When it is dead, and only then, starts another and gives it
/// everything. Owned by the host, loop thread, lives as long as the daemon.
/// </summary>
public sealed class KeeperGuard : IReadyHandler
{
    // A keeper that dies at once each time must not be started in a tight loop.
    private static readonly TimeSpan LadderFloor = TimeSpan.FromMilliseconds(100);

    /// <summary>The keeper that belongs to this daemon lies beside it.</summary>
    public static string KeeperBinary { get; } = Path.Combine(Path.GetDirectoryName(Environment.ProcessPath)!, "holdfast-keeper");

    private readonly Reactor _reactor;
    private readonly KeeperLink _link;
    private readonly DaemonPaths _paths;
    private readonly DaemonCounters _counters;
    private readonly ILogger _log;
    private readonly BeatWatch _watch = new();
    private readonly PidFd _self;
    private PidFd? _keeper;
    private Registration? _registration;
    private long _lastStart;

    public KeeperGuard(Reactor reactor, KeeperLink link, DaemonPaths paths, DaemonCounters counters, ILogger log)
    {
        (_reactor, _link, _paths, _counters, _log) = (reactor, link, paths, counters, log);
        if (PidFd.TryOpen(Environment.ProcessId, out var self) is var error && error != Errno.None)
            throw new LinuxException("pidfd_open", error);
        _self = self!;
    }

    public BeatPage? Beats { get; set; }

    /// <summary>Watches the keeper that has just said welcome.</summary>
    public void Watch(int pid)
    {
        _registration?.Dispose();
        _keeper?.Dispose();
        _watch.Reset();
        if (PidFd.TryOpen(pid, out _keeper) != Errno.None)
        {
            Replace(pid);
            return;
        }
        _registration = _reactor.Add(_keeper!.Fd, Readiness.Readable, this);
    }

    /// <summary>One tick of the daemon's timer.</summary>
    public void OnTick(ulong periods, int staleAfter)
    {
        if (Beats is null || _keeper is null || !_watch.IsStale(periods, Beats.KeeperBeat, staleAfter))
            return;
        _watch.Reset();
        if (!Beats.TryClaimKill(Environment.ProcessId))
            return;
        _log.KeeperHangs(_link.KeeperPid);
        _keeper.Send(Signals.Kill);
    }

    /// <summary>The keeper is dead: its pidfd says so.</summary>
    public void OnReady(Readiness events)
    {
        _registration!.Dispose();
        _registration = null;
        Replace(_link.KeeperPid);
    }

    private void Replace(int deadPid)
    {
        _keeper?.Dispose();
        _keeper = null;
        _log.KeeperDied(deadPid);
        var since = Reactor.Now - _lastStart;
        var wait = since > LadderFloor.TotalMilliseconds ? TimeSpan.Zero : LadderFloor;
        _reactor.After(wait, Start);
    }

    private void Start()
    {
        _lastStart = Reactor.Now;
        var (own, theirs) = FdChannel.CreatePair();
        using (theirs)
        {
            var error = TrySpawn(theirs.Fd, out var pid);
            if (error != Errno.None)
            {
                own.Dispose();
                _log.KeeperNotStarted(error.ToString());
                _reactor.After(TimeSpan.FromSeconds(1), Start);
                return;
            }
            _counters.KeeperRestarts++;
            _link.Connect(own);
            // Watched before it says anything: it may die before it can.
            Watch(pid);
            _link.GiveEverything(Environment.ProcessId, _self.Fd);
            Beats?.ReleaseKill();
            _log.KeeperTookOver(pid);
        }
    }

    private Errno TrySpawn(Fd channel, out int pid)
    {
        using var nothing = FileSystem.Open("/dev/null", OpenFlags.ReadOnly);
        using var log = FileSystem.Open(_paths.KeeperLog, OpenFlags.WriteOnly | OpenFlags.Append | OpenFlags.Create, 0b110_000_000);
        List<string> arguments =
        [
            KeeperBinary, "--runtime", _paths.RuntimeDirectory, "--state", _paths.StateDirectory, "--endpoint", _paths.EndpointFile,
            "--socket", _paths.Socket, "--daemon", Environment.ProcessPath!, "--adopt",
        ];
        var environment = new List<string>();
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
            environment.Add($"{variable.Key}={variable.Value}");
        var plan = new SpawnPlan(KeeperBinary, "/", arguments, environment);
        return ChildSpawner.TrySpawn(plan, new ChildDescriptors.Listed([nothing, log, log, channel]), out pid);
    }
}
