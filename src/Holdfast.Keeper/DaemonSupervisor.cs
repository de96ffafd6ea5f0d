using Holdfast.Linux;
using Holdfast.Linux.Events;
using Holdfast.Linux.Keeping;
using Holdfast.Linux.Processes;
using Holdfast.Linux.Sockets;

namespace Holdfast.Keeper;

/// <summary>
/// Sees to it that a daemon runs whenever one is wanted, and never two: the next one starts after the former was reaped.
/// Owned by the keeper's loop for its life; that thread alone.
/// </summary>
internal sealed class DaemonSupervisor(
    KeeperOptions options,
    Reactor reactor,
    DaemonLink link,
    EntryStore store,
    SpawnWorker spawner,
    DaemonProgram program,
    Doorstep doorstep,
    DaemonRequests requests,
    KeeperLog log)
{
    // A daemon that served this long can serve a client now; one that did not would only crash once more.
    private const long ProvenMilliseconds = 1000;

    // EX_USAGE: the daemon refused its configuration, and will again.
    private const int RefusedConfiguration = 64;

    // From then on clients are told, instead of being left to wait.
    private const int MaxSilentFailures = 5;

    private RestartLadder _ladder = new(options.RestartDelays);
    private DaemonTrial? _trial;
    private LoopTimer? _wait;
    private StopKind? _stop;
    private long? _readyAt;
    private int _failedStarts;
    private int _restarts;
    private bool _starting;

    /// <summary>The daemon, while it is known to live.</summary>
    public KeptProcess? Daemon { get; private set; }

    /// <summary>It serves.</summary>
    public bool Ready => _readyAt is not null;

    /// <summary>No daemon lives or is being started.</summary>
    public bool Idle => Daemon is null && !_starting;

    /// <summary>Somebody told the keeper to end: no daemon is started any more.</summary>
    public bool Ending { get; set; }

    /// <summary>A daemon began: watch its beats from now on.</summary>
    public required Action Started { get; init; }

    /// <summary>False where a daemon died in the middle of a takeover, and what it had filed is not enough to go on.</summary>
    public required Func<bool> MayGoOn { get; init; }

    /// <summary>No daemon will come; the argument says whether sessions may still be alive.</summary>
    public required Action<LeaveReason> Leave { get; init; }

    public void Start()
    {
        _wait?.Cancel();
        doorstep.Leave();
        if (!Idle || Ending)
            return;
        _starting = true;
        _stop = null;
        _readyAt = null;
        link.Epoch++;
        (program.Path, program.Image) = _trial is { } trial ? (trial.Current, trial.Image) : (program.Path, null);
        var (own, theirs) = FdChannel.CreatePair();
        spawner.Start(program.Job(theirs.Fd, outcome => OnStarted(outcome, own)));
    }

    /// <summary>Watches a living daemon, whose child this keeper may be.</summary>
    public void Watch(int pid, PidFd handle)
    {
        Daemon = new KeptProcess(pid, handle);
        Registration? registration = null;
        registration = reactor.Add(handle.Fd, Readiness.Readable, new WhenReady(() =>
        {
            registration!.Dispose();
            OnDeath();
        }));
        Started();
    }

    public void Welcome()
    {
        var welcome = new ControlMessage(ControlKind.Welcome) { Pid = Environment.ProcessId, Value = _restarts };
        link.Send(_trial is { Stage: not TrialStage.Waiting } trial ? trial.Tell(welcome) : welcome);
    }

    /// <summary>The next daemon is another program; the present one comes back where that does not serve in time.</summary>
    public void Propose(string proposed, Fd? former, TimeSpan patience, ReadOnlyMemory<byte> note)
    {
        log.Info($"daemon-proposed program={proposed}");
        _trial?.End();
        _trial = new DaemonTrial(proposed, program.Path, former, patience, note);
    }

    /// <summary>For the program that takes this process over; only while a daemon lives.</summary>
    public SupervisorState Capture() => new(
        Daemon!.Pid, Daemon.Handle.Fd.Number, program.Path, _readyAt, _failedStarts, _restarts, (int?)_stop, _ladder.Crashes, _trial?.Capture());

    public void Resume(SupervisorState state)
    {
        program.Path = state.Program;
        (_readyAt, _failedStarts, _restarts, _stop) = (state.ReadyAt, state.FailedStarts, state.Restarts, (StopKind?)state.Stop);
        _ladder = new RestartLadder(options.RestartDelays) { Crashes = state.Crashes };
        _trial = DaemonTrial.Resume(state.Trial);
        Watch(state.Pid, new PidFd(new Fd(state.Handle)));
    }

    public void OnReady()
    {
        log.Info($"daemon-ready pid={Daemon?.Pid} epoch={link.Epoch}");
        _readyAt = Reactor.Now;
        _failedStarts = 0;
        _trial?.Ready();
    }

    public void OnStop(StopKind kind)
    {
        log.Info($"daemon-stops kind={kind}");
        _stop = kind;
    }

    /// <summary>The daemon kills its sessions and says that nothing is left; true where there is one to do so.</summary>
    public bool TryTerminate()
    {
        if (Daemon is null || !link.Open)
            return false;
        link.Send(new ControlMessage(ControlKind.Terminate));
        return true;
    }

    private void OnStarted(SpawnOutcome outcome, FdChannel own)
    {
        _starting = false;
        if (outcome.Handle is not { } handle)
        {
            own.Dispose();
            log.Error($"daemon-start-failed program={program.Path} error={outcome.Error}");
            if (_trial is { IsOpen: true } trial)
                GoBack(() => trial.Undo($"it cannot be executed ({outcome.Error})"));
            else
                OnCrash();
            return;
        }
        log.Info($"daemon-started pid={outcome.Pid} epoch={link.Epoch} restarts={_restarts}");
        link.Begin(own, requests);
        Watch(outcome.Pid, handle);
        var started = Daemon!;
        _trial?.Started(reactor, () => started.Signal(Signals.Kill, group: false));
        Welcome();
        if (Ending)
            TryTerminate();
    }

    private void OnDeath()
    {
        var daemon = Daemon!;
        // What it said before it died counts: entries it filed, and that it wanted to stop.
        link.Drain();
        link.End();
        var answer = daemon.Handle.QueryChild(reap: true, out var status);
        var how = answer switch
        {
            ExitQuery.Known => status.Signal != 0 ? $"signal={status.Signal}" : $"code={status.Code}",
            _ => "status=unknown",
        };
        daemon.Handle.Dispose();
        Daemon = null;
        store.Sweep();
        log.Info($"daemon-ended pid={daemon.Pid} {how} stop={_stop?.ToString() ?? "none"}");
        if (!MayGoOn())
            return;
        if (Ending)
        {
            Leave(_stop == StopKind.Everything ? LeaveReason.NothingLeft : LeaveReason.EndSessions);
            return;
        }
        // One that stops on purpose came up well enough for that.
        if (_stop is null && _trial is { } trial && trial.Ended(answer == ExitQuery.Known ? status : null))
        {
            GoBack(() => { });
            return;
        }
        switch (_stop)
        {
            case StopKind.Everything:
                Leave(LeaveReason.NothingLeft);
                break;
            case StopKind.Restart:
                Start();
                break;
            case StopKind.KeepSessions:
                _readyAt = null;
                doorstep.WaitForKnock(Start);
                break;
            default:
                OnCrash(useless: status is { Signal: 0, Code: RefusedConfiguration });
                break;
        }
    }

    // At once: clients wait, and the former program has served before.
    private void GoBack(Action undo)
    {
        undo();
        log.Error($"daemon-undone program={_trial!.Program} reason={_trial.Reason} back-to={_trial.Former}");
        _restarts++;
        _readyAt = null;
        Start();
    }

    private void OnCrash(bool useless = false)
    {
        var proven = _readyAt is { } at && Reactor.Now - at >= ProvenMilliseconds;
        if (_readyAt is null)
            _failedStarts++;
        _readyAt = null;
        _restarts++;
        var delay = _ladder.Crashed(Reactor.Now);
        if (Ending)
        {
            Leave(LeaveReason.EndSessions);
            return;
        }
        if ((useless || _ladder.Spent) && !store.HoldsProcesses)
        {
            log.Error($"giving-up crashes={_ladder.RecentCrashes} hint=see-daemon.log");
            Leave(LeaveReason.GivenUp);
            return;
        }
        log.Warn($"daemon-crashed recent={_ladder.RecentCrashes} failed-starts={_failedStarts} next-start-in-ms={(long)delay.TotalMilliseconds}");
        if (delay == TimeSpan.Zero)
        {
            Start();
            return;
        }
        _wait = reactor.After(delay, Start);
        if (proven)
            doorstep.WaitForKnock(Start);
        else if (_failedStarts >= MaxSilentFailures)
            doorstep.RefuseAll();
    }
}

/// <summary>Why the keeper ends.</summary>
internal enum LeaveReason
{
    /// <summary>The daemon said that nothing is left.</summary>
    NothingLeft,

    /// <summary>The daemon cannot be started, and there is nothing to keep.</summary>
    GivenUp,

    /// <summary>The keeper was told to end and no daemon ends the sessions: it does so itself.</summary>
    EndSessions,
}
