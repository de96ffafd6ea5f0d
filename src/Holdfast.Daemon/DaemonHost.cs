using Holdfast.Daemon.Clients;
using Holdfast.Daemon.Config;
using Holdfast.Daemon.Flow;
using Holdfast.Daemon.Health;
using Holdfast.Daemon.Journal;
using Holdfast.Daemon.Keepers;
using Holdfast.Daemon.Killing;
using Holdfast.Daemon.Loop;
using Holdfast.Daemon.Output;
using Holdfast.Daemon.Ownership;
using Holdfast.Daemon.Recovery;
using Holdfast.Daemon.Sessions;
using Holdfast.Daemon.Upgrades;
using Holdfast.DaemonRpc.Lifecycle;
using Holdfast.Linux;
using Holdfast.Linux.Events;
using Holdfast.Linux.Keeping;
using Holdfast.Linux.Processes;
using Holdfast.Linux.Sockets;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;
using Microsoft.Extensions.Logging;
using ExitStatus = Holdfast.Linux.Processes.ExitStatus;

namespace Holdfast.Daemon;

/// <summary>
/// Puts the daemon together and brings it up: fetch from the keeper, complete the interrupted transfer, adopt the sessions, serve. Owns every
/// part; lives as long as the process; loop thread.
/// </summary>
public sealed class DaemonHost : IKeeperEvents
{
    // EX_SOFTWARE of sysexits.
    private const int Internal = 70;

    // A state directory that does not answer must not keep a machine from going down.
    private static readonly TimeSpan SavePatience = TimeSpan.FromSeconds(3);

    private readonly HeapTrim _heap = new();
    private readonly DaemonLoop _loop;
    private readonly DaemonOptions _options;
    private readonly DaemonPaths _paths;
    private readonly ILogger _log;
    private readonly DaemonCounters _counters = new();
    private readonly SessionTable _sessions = new();
    private readonly KeeperLink _keeper;
    private readonly KeeperGuard _guard;
    private readonly SessionKiller _killer;
    private readonly SessionLauncher _launcher;
    private readonly SessionRules _rules;
    private readonly ClientServer _clients;
    private readonly SignalDoorbell _signals = new();
    private HeartBeat? _heart;
    private SessionLife? _life;
    private SessionRecorder? _recorder;
    private OutputMover? _mover;
    private TokenFile? _tokenFile;
    private StatusFacts? _status;
    private readonly DaemonUpgrade _upgrade;
    private bool _stopping;

    public DaemonHost(DaemonLoop loop, DaemonOptions options, DaemonPaths paths, ILogger log)
    {
        (_loop, _options, _paths, _log) = (loop, options, paths, log);
        _keeper = new KeeperLink(loop.Reactor, log) { Events = this };
        var owner = new OwnerRules(loop.Reactor, _keeper, options, _counters, log);
        _rules = new SessionRules(owner, new FlowControl(loop.Reactor, options.Flow, _counters, log), _counters, log);
        _guard = new KeeperGuard(loop.Reactor, _keeper, paths, _counters, log);
        _killer = new SessionKiller(_keeper, options, log);
        _launcher = new SessionLauncher(_keeper, _killer);
        _upgrade = new DaemonUpgrade(loop.Reactor, _keeper, _guard, _sessions, log);
        _clients = new ClientServer(loop.Reactor, options, _counters, log);
    }

    /// <summary>What the process returns once the loop has stopped.</summary>
    public int ExitCode { get; private set; }

    /// <summary>Speaks to the keeper over this channel; everything else follows from its welcome.</summary>
    public void Begin(FdChannel channel)
    {
        var first = true;
        _keeper.Welcomed = welcome =>
        {
            if (!first)
                return;
            first = false;
            _guard.Watch(welcome.Pid);
            _upgrade.OnWelcome(welcome);
            BringUpAsync().Unattended();
        };
        _keeper.Connect(channel);
        _loop.Reactor.Add(_signals.Fd, Readiness.Readable, new SignalHandlerOf(this));
    }

    public void OnExited(string name, ExitStatus status)
    {
        if (_keeper.Entries.GetValueOrDefault(name) is { } entry)
            entry.Exit ??= status;
        if (_sessions.ById(name) is { } session)
            _life?.OnExited(session, status);
    }

    public void OnListener(Fd listener)
    {
        _keeper.ReplaceListener(listener);
        _clients.Replace(listener);
    }

    // Nobody asked for the end of the sessions: the machine goes down, and they are to come back with it.
    public void OnTerminate() => TerminateAsync().Unattended();

    private async Task BringUpAsync()
    {
        try
        {
            await _keeper.FetchAsync();
            var transfer = await TakeTransferAsync();
            var adoption = new SessionAdoption(_sessions, _keeper, _rules, _counters, _log);
            adoption.Adopt(transfer);
            _mover = new OutputMover(_loop.Reactor, transfer.NewTransfer(SpliceSelfTest.Works()), _counters);
            var journal = new DaemonJournal(_paths, _loop, _log);
            journal.Records.KnowLineage(transfer.PageFile);
            _recorder = journal.Recorder;
            _life = new SessionLife(_loop.Reactor, _sessions, _keeper, _mover, _killer, _recorder, _options, _log);
            BeginBeating();
            _tokenFile = new TokenFile(_paths.Token, transfer.Token, _log);
            _tokenFile.Ensure();
            ResumeSessions();
            // Before a restore could have the same names stored again.
            await adoption.RemoveAbandonedAsync(_killer);
            await ReconcileAsync(journal);
            _clients.Listen(_keeper.Entries["@listen"].Descriptors[0], NewRouter(transfer.Token));
            _keeper.Ready();
            if (_options.Flow.Warning() is { } warning)
                _log.ConfigWarning(warning);
            _log.Serving(BuildFacts.Version, _sessions.Count, _counters.RecoveredBytes, _mover.TransferKind);
        }
        catch (Exception e)
        {
            _log.BackgroundFault(e);
            ExitCode = Internal;
            _loop.Stop();
        }
    }

    private Task ReconcileAsync(DaemonJournal journal)
    {
        var events = new RecoveryEvents(_counters, _clients.Broadcast, _log);
        var survivors = new Survivors(_loop.Reactor, journal.Records.BootId, _keeper.KeeperPid);
        var journalled = new JournalledSessions(_sessions, journal.Store, _options, _rules);
        var restore = new ColdRestore(
            journalled, survivors, _launcher, _life!, events, _counters, journal.Records.BootId, _paths.Socket, _log);
        return new Reconciliation(
            _sessions, _keeper, journal.Store, journal.Records, journalled, restore, events, journal.Recorder, _life!, _options, _counters, _log).RunAsync();
    }

    private async Task<TransferState> TakeTransferAsync()
    {
        if (_keeper.Entries.GetValueOrDefault(TransferState.EntryName) is { } entry)
            return TransferState.Adopt(entry);
        var made = TransferState.Create(TokenFile.Read(_paths.Token));
        await _keeper.StoreAsync(made.Entry);
        return made;
    }

    private void BeginBeating()
    {
        var beats = BeatPage.Adopt(_keeper.Entries["@beats"].Descriptors[0]);
        beats.ReleaseKill();
        _guard.Beats = beats;
        _heart = new HeartBeat(_loop.Reactor, beats, OnTick);
        _heart.Start();
    }

    private void OnTick(ulong periods)
    {
        _guard.OnTick(periods, _options.StaleTicks);
        _tokenFile?.Ensure();
        _recorder?.OnTick(_sessions.All);
        IdleRings.Release(_sessions);
        _heap.OnTick(_counters.ModelsLetGo);
        ReapOrphans();
    }

    private void ResumeSessions()
    {
        foreach (var session in _sessions.All)
        {
            _life!.BeginReading(session);
            if (!session.IsAlive)
                _life.ScheduleFinalize(session);
            else if (session.Entry.Exit is { } exit)
                _life.OnExited(session, exit);
            if (session.State == SessionState.Terminating)
                KillOnAsync(session).Unattended();
        }
        CatchUp(new Queue<Session>(_sessions.All));
    }

    private async Task KillOnAsync(Session session)
    {
        try
        {
            await _life!.KillAsync(session, _options.KillTimeout);
        }
        catch (HoldfastException e) when (e.Code == ErrorCode.SessionGone)
        {
            _log.BackgroundFault(e);
        }
    }

    // A program may have asked its terminal something while no daemon ran, and says nothing more before it is answered. One screen a turn:
    // each may take milliseconds.
    private void CatchUp(Queue<Session> behind)
    {
        if (!behind.TryDequeue(out var session))
            return;
        if (session.State != SessionState.Finalized)
            session.Screen.Feed();
        _loop.Reactor.After(TimeSpan.Zero, () => CatchUp(behind));
    }

    private FrameRouter NewRouter(string token)
    {
        var creator = new SessionCreator(_sessions, _launcher, _life!, _recorder!, _options, _rules, _paths.Socket, _log);
        var services = new RequestServices(_sessions, creator, _life!, _mover!, _keeper, _options, _counters, Status, StopAsync, _upgrade);
        var facts = new StatusFacts(_paths, _options, _sessions, _clients, _keeper, _counters, _recorder!, _heart!, _loop, () => _mover!.TransferKind, () => _upgrade.Last);
        _status = facts;
        return new FrameRouter(new Handshake(token, facts.Welcome, _log), new RequestRouter(services, _log), _sessions, _options.MaxFrameBytes, _counters, _log);
    }

    private StatusAnswer Status() => _status!.Status();

    private async Task StopAsync(StopMode mode)
    {
        if (_stopping)
            return;
        _stopping = true;
        _log.Stopping(mode.ToString());
        if (mode == StopMode.StopKillSessions)
            await KillAllAsync();
        if (_recorder is { } recorder)
            await recorder.SaveAllAsync(_sessions.All, SavePatience);
        var kind = mode switch
        {
            StopMode.StopRestart => StopKind.Restart,
            StopMode.StopKeepSessions => StopKind.KeepSessions,
            _ => StopKind.Everything,
        };
        await _keeper.StopAsync(kind);
        // The answer to the request goes out first; then everybody hears of it.
        _loop.Reactor.After(TimeSpan.FromMilliseconds(20), () =>
        {
            _clients.Broadcast(new Envelope { Stopping = new StoppingEvent { Restart = mode == StopMode.StopRestart } });
            _clients.EndAll("the daemon stops");
            _loop.Stop();
        });
    }

    private async Task KillAllAsync()
    {
        var killed = _sessions.All.Where(s => s.IsAlive).ToArray();
        await Task.WhenAll(_sessions.All.Select(s => _life!.KillAsync(s, _options.KillTimeout)).ToArray());
        // With keeper and daemon everything of them goes: they must not come back from the disk.
        foreach (var session in killed.Where(s => s.State != SessionState.Finalized))
            _recorder?.Forgotten(session);
    }

    private async Task TerminateAsync()
    {
        if (_recorder is { } recorder && !_stopping)
        {
            await recorder.SaveAllAsync(_sessions.All, SavePatience);
            recorder.Freeze();
        }
        await StopAsync(StopMode.StopKillSessions);
    }

    private void OnSignals()
    {
        var signals = _signals.Take();
        if (signals.Stop)
            StopAsync(_sessions.AnyAlive ? StopMode.StopRestart : StopMode.StopIfIdle).Unattended();
        if (signals.Child)
            ReapOrphans();
    }

    // As a subreaper the daemon inherits what a keeper of its own leaves behind. A leader waits until its exit was recorded.
    private void ReapOrphans()
    {
        while (Children.PeekEnded() is var pid and > 0)
        {
            if (_sessions.All.Any(s => s.IsAlive && s.Entry.Pid == pid))
                return;
            Children.Reap(pid, out _);
        }
    }

    private sealed class SignalHandlerOf(DaemonHost host) : IReadyHandler
    {
        public void OnReady(Readiness events) => host.OnSignals();
    }
}
