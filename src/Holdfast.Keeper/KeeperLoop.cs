using Holdfast.Linux;
using Holdfast.Linux.Events;
using Holdfast.Linux.Files;
using Holdfast.Linux.Keeping;
using Holdfast.Linux.Processes;
using Holdfast.Linux.Sockets;

namespace Holdfast.Keeper;

/// <summary>
/// The keeper: puts its parts together, runs the loop, and ends it. Made and run by Main, on its thread, for the life of the process.
/// </summary>
internal sealed class KeeperLoop : IDaemonEvents
{
    // After SIGHUP a shell writes its history; then the terminals close, which ends the rest.
    private static readonly TimeSpan EndingPatience = TimeSpan.FromSeconds(2);

    // Where a daemon passes its end of the control channel to the keeper that it starts.
    private const int ControlDescriptor = 3;

    private readonly KeeperOptions _options;
    private readonly KeeperLog _log;
    private readonly Reactor _reactor = new();
    private readonly SignalDoorbell _signals = new();
    private readonly TimerFd _tick = new();
    private readonly DaemonLink _link;
    private readonly EntryStore _store;
    private readonly ExitWatch _exits;
    private readonly SpawnWorker _spawner;
    private readonly DaemonRequests _requests;
    private readonly Doorstep _doorstep;
    private readonly DaemonSupervisor _supervisor;
    private readonly Renewal _renewal;
    private readonly ChildLimits _limits;
    private Fd? _formerImage;
    private bool _resumed;
    private ListeningSocket? _socket;
    private BeatKeeper? _beats;
    private SocketUpkeep _socketState;
    private bool _endingSessions;
    private int? _exitCode;

    public KeeperLoop(KeeperOptions options, ChildLimits limits, KeeperLog log)
    {
        _options = options;
        _log = log;
        _limits = limits;
        _link = new DaemonLink(_reactor);
        _store = new EntryStore(_link);
        _exits = new ExitWatch(_reactor, _store, OnExited);
        _spawner = new SpawnWorker(_reactor, options.SpawnTimeout, Disown);
        _requests = new DaemonRequests(_link, _store, _exits, _spawner, limits, log) { Events = this };
        _doorstep = new Doorstep(_reactor, () => _socket!.Listener);
        _supervisor = new DaemonSupervisor(
            options, _reactor, _link, _store, _spawner, new DaemonProgram(options, limits), _doorstep, _requests, log)
        {
            Started = () => _beats?.Begin(),
            MayGoOn = () => _socket is not null || TryServe(),
            Leave = Leave,
        };
        _renewal = new Renewal(_reactor, _link, _spawner, limits, options.Arguments, log)
        {
            Capture = at => Capture(at.Request, at.Image, at.Former),
            MayBegin = () => _supervisor is { Ready: true, Ending: false, Daemon: not null } && !_requests.Adopting && _socket is not null,
        };
        _reactor.Add(_signals.Fd, Readiness.Readable, new WhenReady(OnSignals));
        _reactor.Add(_tick.Fd, Readiness.Readable, new WhenReady(OnTick));
        _tick.SetPeriod(options.Tick);
    }

    /// <summary>Runs until nothing is left to keep; the exit code of the process.</summary>
    public int Run()
    {
        if (_resumed)
            // Ends that happened in between rang no bell of ours.
            ReapOrphans();
        else if (_options.Adopt)
            BeginTakeover();
        else
            BeginFirst();
        while (_exitCode is null)
            _reactor.RunOnce();
        if (_socket is not null)
        {
            _socket.RemovePaths();
            FileSystem.Unlink(_options.EndpointFile);
        }
        _log.Info($"keeper-ended code={_exitCode}");
        return _exitCode.Value;
    }

    public void OnReady() => _supervisor.OnReady();

    public void OnStop(StopKind kind) => _supervisor.OnStop(kind);

    public void OnAdopt(int pid, Fd handle) => _supervisor.Watch(pid, new PidFd(handle));

    public void OnAdopted()
    {
        if (!TryServe())
            return;
        _link.Fetched = true;
        // With the epoch that the daemon has: it is the same one, and what it sent meanwhile counts.
        _supervisor.Welcome();
        // Only a daemon that serves takes over.
        _supervisor.OnReady();
        _requests.RepeatExits();
    }

    public void OnReexecute(ControlMessage request, Fd image) => _renewal.Begin(request, image);

    public void OnReexecuted()
    {
        _formerImage?.Dispose();
        _formerImage = null;
    }

    public void OnPropose(string program, Fd? former, TimeSpan patience, ReadOnlyMemory<byte> note) =>
        _supervisor.Propose(program, former, patience, note);

    /// <summary>Goes on where the former program of this process was. Throws before anything of the state was changed or lost.</summary>
    public void Resume(KeeperState state)
    {
        _link.Epoch = state.Epoch;
        foreach (var row in state.Entries)
        {
            if (_store.Resume(row) is { Process: { Exit: null } running })
                _exits.Watch(running);
        }
        foreach (var row in state.Unnamed)
            Disown(new KeptProcess(row.Pid, new PidFd(new Fd(row.Handle))));
        if (_store.Find(EntryStore.Listener) is not { Descriptors: [var listener] })
            throw new FormatException("the state has no listening socket");
        _socket = ListeningSocket.Resume(_options.SocketPath, listener, new Fd(state.SocketPath));
        var control = new Fd(state.Channel);
        _link.Begin(new FdChannel(control), _requests);
        _link.Fetched = state.Fetched;
        _supervisor.Resume(state.Supervisor);
        BeginBeats();
        _formerImage = new Fd(state.FormerImage);
        _resumed = true;
    }

    /// <summary>Tells the daemon which program it speaks to from now on.</summary>
    public void Greet(KeeperState state)
    {
        new Fd(state.Image).Dispose();
        _log.Info($"keeper-resumed pid={Environment.ProcessId} entries={_store.Count} returned={_options.Returned ?? "no"}");
        _link.Send(new ControlMessage(ControlKind.Answer)
        {
            Request = state.Request,
            Pid = Environment.ProcessId,
            Value = (int)(_options.Returned is null ? Errno.None : Errno.ENOEXEC),
            Note = System.Text.Encoding.UTF8.GetBytes(_options.Returned is { } why ? $"it was executed and gave the process back: {why}" : ""),
        });
    }

    public void OnLinkClosed(string reason)
    {
        _log.Warn($"control-channel-closed reason={reason}");
        // Before it is known who the daemon is there is nobody to wait for.
        if (_requests.Adopting && _supervisor.Daemon is null)
            _exitCode = 1;
    }

    private void BeginFirst()
    {
        var identityLock = new Fd(_options.LockDescriptor!.Value);
        identityLock.SetCloseOnExec(on: true);
        _socket = ListeningSocket.Create(_options.SocketPath);
        _store.Put(EntryStore.Lock, [identityLock], default);
        _store.Put(EntryStore.Listener, [_socket.Listener], default);
        BeginBeats();
        WriteEndpoint();
        _log.Info($"keeper-started pid={Environment.ProcessId} socket={_options.SocketPath}");
        _supervisor.Start();
    }

    private void BeginTakeover()
    {
        var control = new Fd(ControlDescriptor);
        control.SetCloseOnExec(on: true);
        control.SetNonBlocking();
        _requests.Adopting = true;
        _link.Begin(new FdChannel(control), _requests);
        _log.Info($"keeper-takes-over pid={Environment.ProcessId}");
    }

    // The end of a takeover: everything is filed, or the daemon died and this is all there is.
    private bool TryServe()
    {
        if (_store.Find(EntryStore.Lock) is null)
        {
            // Without the lock another keeper may exist or come; two would be worse than none.
            _log.Error("takeover-failed missing=@lock");
            _exitCode = 1;
            return false;
        }
        try
        {
            Serve();
            return true;
        }
        catch (LinuxException e)
        {
            _log.Error($"takeover-failed error={e.Message}");
            _exitCode = 1;
            return false;
        }
    }

    private void Serve()
    {
        _requests.Adopting = false;
        _socket = _store.Find(EntryStore.Listener) is { Descriptors: [var listener] }
            ? ListeningSocket.Adopt(_options.SocketPath, listener)
            : ListeningSocket.Create(_options.SocketPath);
        if (_store.Find(EntryStore.Listener)?.Descriptors is not [var filed] || filed != _socket.Listener)
            FileListener();
        BeginBeats();
        WriteEndpoint();
        _log.Info($"keeper-took-over entries={_store.Count}");
    }

    private void BeginBeats()
    {
        BeatPage page;
        if (_store.Find(EntryStore.Beats) is { Descriptors: [var fd] })
        {
            page = BeatPage.Adopt(fd);
        }
        else
        {
            page = BeatPage.Create();
            _store.Put(EntryStore.Beats, [page.Fd], default);
        }
        _beats = new BeatKeeper(_options, page, _store, _link, _log);
        _beats.Begin();
    }

    private void OnTick()
    {
        var periods = _tick.Expirations();
        if (_beats is null)
            return;
        _beats.Tick(periods, _supervisor.Daemon, _supervisor.Ready);
        _store.Sweep();
        _requests.RepeatExits();
        LookAfterSocket();
    }

    private void LookAfterSocket()
    {
        var former = _socket!.Listener;
        var state = _socket.Upkeep();
        if (state != _socketState && state != SocketUpkeep.Fine)
            _log.Warn($"socket path={_options.SocketPath} state={state}");
        _socketState = state;
        if (state == SocketUpkeep.Restored)
            WriteEndpoint();
        if (state != SocketUpkeep.Rebound)
            return;
        _doorstep.Suspend();
        FileListener();
        _doorstep.Resume();
        WriteEndpoint();
    }

    private void FileListener()
    {
        _store.Put(EntryStore.Listener, [_socket!.Listener], default);
        _link.Send(new ControlMessage(ControlKind.Listener) { Name = EntryStore.Listener }, _socket.Listener);
    }

    private void WriteEndpoint()
    {
        var error = EndpointFile.TryWrite(_options.EndpointFile, _options.SocketPath, _socket!.PathDescriptor);
        if (error != Errno.None)
            _log.Warn($"endpoint-not-written path={_options.EndpointFile} error={error}");
    }

    private void OnSignals()
    {
        var pending = _signals.Take();
        if (pending.Child)
            ReapOrphans();
        if (pending.Stop && !_supervisor.Ending)
        {
            _log.Info("told-to-end");
            _supervisor.Ending = true;
            if (!_supervisor.TryTerminate() && _supervisor.Idle)
                EndSessions();
        }
    }

    private void ReapOrphans()
    {
        var pids = OrphanReaper.List();
        _spawner.Collect();
        OrphanReaper.Reap(pids, pid =>
            pid == _supervisor.Daemon?.Pid || _renewal.IsChild(pid) || _exits.IsUnnamed(pid) || _store.Processes.Any(p => p.Pid == pid));
    }

    private KeeperState Capture(uint request, Fd image, Fd former) => new()
    {
        Arguments = [.. KeeperImage.Lasting(_options.Arguments)],
        Epoch = _link.Epoch,
        Fetched = _link.Fetched,
        Channel = _link.Number,
        Request = request,
        SocketPath = _socket!.PathDescriptor.Number,
        Image = image.Number,
        FormerImage = former.Number,
        SoftLimit = _limits.Soft,
        Supervisor = _supervisor.Capture(),
        Entries = _store.Capture(),
        Unnamed = [.. _exits.Unnamed.Select(p => new UnnamedState(p.Pid, p.Handle.Fd.Number))],
    };

    private void Disown(KeptProcess process)
    {
        _exits.Watch(process);
        _exits.Forget(process);
    }

    private void OnExited(KeptProcess process)
    {
        _requests.OnExited(process);
        if (_endingSessions && _store.Processes.All(p => p.Exit is not null))
            _exitCode = 0;
    }

    private void Leave(LeaveReason reason)
    {
        if (reason == LeaveReason.EndSessions)
            EndSessions();
        else
            _exitCode = reason == LeaveReason.NothingLeft ? 0 : 1;
    }

    private void EndSessions()
    {
        if (_endingSessions)
            return;
        _endingSessions = true;
        var running = _store.Processes.Where(p => p.Exit is null).ToList();
        foreach (var process in running)
        {
            process.Signal(Signals.HangUp, group: true);
            // A stopped process takes the signal only when it goes on.
            process.Signal(Signals.Continue, group: true);
        }
        if (running.Count == 0)
            _exitCode = 0;
        else
            _reactor.After(EndingPatience, () => _exitCode ??= 0);
    }
}
