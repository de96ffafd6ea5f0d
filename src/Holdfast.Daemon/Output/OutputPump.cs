using Holdfast.Daemon.Health;
using Holdfast.Daemon.Sessions;
using Holdfast.Linux;
using Holdfast.Linux.Events;

namespace Holdfast.Daemon.Output;

/// <summary>
/// Moves one session's output: PTY → ring → subscribers. Stops reading while a subscriber may hold the program back, and while nobody holds the
/// terminal. Owned by the mover, loop thread; lives while the session's PTY is open.
/// </summary>
public sealed class OutputPump : IReadyHandler, IEchoRival
{
    // A turn while nobody else wants the loop: the more at once, the fewer wake-ups of readers.
    private const int BytesPerTurn = 256 * 1024;

    // The kernel gives at most about 4 KiB at once; more would only populate memory in vain.
    private const int BytesPerMove = 8 * 1024;

    // Less than this at once is an answer to somebody, not a stream: it is sent before another look at the terminal, which would nearly
    // always find nothing.
    private const int AnswerBytes = 512;

    // What a terminal can still hold when its program has ended, with a wide margin: a child that outlives it may write for ever.
    private const int MostToDrain = 1 << 20;

    // How often to look whether held-back reading may go on although no subscriber progressed.
    private static readonly TimeSpan HoldCheck = TimeSpan.FromMilliseconds(50);

    // Nobody holds the terminal though its program lives: it may open it again, which no event tells.
    private static readonly TimeSpan HangUpCheck = TimeSpan.FromMilliseconds(200);

    // Without output for so long, what waited for more goes into the screen.
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(10);

    private readonly Reactor _reactor;
    private readonly ITransfer _transfer;
    private readonly DaemonCounters _counters;
    private readonly Session _session;
    private readonly EchoPriority _echoes;
    private readonly Action _drained;
    private readonly Action _closed;
    private Registration? _registration;
    private LoopTimer? _retry;
    private LoopTimer? _feeding;
    private LoopTimer? _resting;
    private bool _wantWritable;
    private bool _draining;
    private int _drainedBytes;
    private bool _stopped;
    private bool _streams;
    private bool _givesWay;

    public OutputPump(Reactor reactor, ITransfer transfer, DaemonCounters counters, EchoPriority echoes, Session session, Action drained, Action closed)
    {
        (_reactor, _transfer, _counters, _echoes, _session, _drained, _closed) = (reactor, transfer, counters, echoes, session, drained, closed);
    }

    public void OnReady(Readiness events)
    {
        if ((events & Readiness.Writable) != 0)
        {
            _session.Input.OnWritable();
            _session.Answers.Send();
        }
        if (!_stopped && (events & (Readiness.Readable | Readiness.HangUp | Readiness.Error)) != 0)
            MoveTurn();
    }

    /// <summary>Reads again, where it had stopped.</summary>
    public void Resume()
    {
        if (_stopped || _givesWay || _session.Pty is null || _registration is not null)
            return;
        _retry?.Cancel();
        Register();
    }

    public void GiveWay()
    {
        _givesWay = true;
        _retry?.Cancel();
        Unregister();
    }

    public void GoOn()
    {
        if (!_givesWay)
            return;
        _givesWay = false;
        Resume();
        if (!_stopped)
            FeedSoon();
    }

    public void Drain()
    {
        if (_draining)
            return;
        _draining = true;
        _drainedBytes = 0;
        MoveTurn();
    }

    public void WantWritable(bool wanted)
    {
        _wantWritable = wanted;
        _registration?.Change(Interest);
    }

    public void Stop()
    {
        _stopped = true;
        _retry?.Cancel();
        Unregister();
        Note(streams: false);
    }

    private Readiness Interest => _wantWritable ? Readiness.Readable | Readiness.Writable : Readiness.Readable;

    private void MoveTurn()
    {
        var left = BytesPerTurn;
        while (left > 0)
        {
            var room = _session.Subscribers.RoomAhead(Math.Min(left, BytesPerMove));
            if (room == 0)
            {
                Deliver();
                Hold(HoldCheck);
                return;
            }
            _session.Screen.MakeRoom(_session.Ring.Head + (ulong)room);
            var moved = _transfer.Move(_session, room);
            if (!moved.Ok)
            {
                Deliver();
                OnNothing(moved.Error);
                return;
            }
            left -= moved.Count;
            _counters.OutputBytes += (ulong)moved.Count;
            _drainedBytes += _draining ? moved.Count : 0;
            Note(streams: moved.Count >= AnswerBytes);
            _session.Screen.Look(_streams);
            if (moved.Count < AnswerBytes && !_draining)
                break;
            // While the kernel makes the next ones ready, and while the last ones are in the nearest cache.
            if (_session.Screen.IsBehind)
                _session.Screen.FeedSlice();
            // Somebody's keystroke waits no longer than for one move.
            if (OthersWait)
                break;
        }
        Deliver();
        if (_draining && _drainedBytes >= MostToDrain)
            FinishDrain();
        else if (_draining)
            Again();
    }

    private void Note(bool streams)
    {
        if (streams != _streams)
            _echoes.Note(this, _streams = streams);
    }

    private bool OthersWait => _registration is { OthersWait: true };

    // Readers first: nobody's keystroke waits for the model.
    private void Deliver()
    {
        _session.Subscribers.Serve();
        _echoes.Delivered(this);
        FeedScreen();
    }

    // What is left is fed in later turns, because nothing tells of it where no more output comes.
    private void FeedScreen()
    {
        while (_session.Screen.IsBehind && (_session.Screen.IsHardlyBehind || !OthersWait || _session.Screen.IsFarBehind))
            _session.Screen.FeedSlice();
        FeedSoon();
    }

    private void FeedSoon()
    {
        if (_session.Screen.IsBehind)
            _feeding ??= _reactor.After(TimeSpan.Zero, FeedLater);
        else if (_session.Screen.Waits && _resting is null)
            AwaitRest();
    }

    private void AwaitRest()
    {
        var head = _session.Ring.Head;
        _resting = _reactor.After(Rest, () =>
        {
            _resting = null;
            if (_stopped)
                return;
            if (_session.Ring.Head == head)
                _session.Screen.EndWait();
            if (!_givesWay)
                FeedScreen();
        });
    }

    private void FeedLater()
    {
        _feeding = null;
        if (!_stopped && !_givesWay)
            FeedScreen();
    }

    // EAGAIN: nothing there now. EIO: nobody holds the terminal, final only once the program has ended.
    private void OnNothing(Errno error)
    {
        if (_draining)
            FinishDrain();
        if (_stopped || error == Errno.EAGAIN)
            return;
        if (_session.IsAlive)
        {
            Hold(HangUpCheck);
            return;
        }
        Stop();
        _closed();
    }

    private void FinishDrain()
    {
        _draining = false;
        _drained();
    }

    // More to drain: in the next turn, others first.
    private void Again() => _reactor.After(TimeSpan.Zero, () =>
    {
        if (!_stopped && _draining)
            MoveTurn();
    });

    // Not reading means not registered: a hung-up terminal would wake the loop for ever, whatever it is registered for.
    private void Hold(TimeSpan time)
    {
        Unregister();
        _retry?.Cancel();
        _retry = _reactor.After(time, () =>
        {
            if (_stopped)
                return;
            Register();
            MoveTurn();
        });
    }

    private void Register() => _registration ??= _reactor.Add(_session.Pty!.Fd, Interest, this);

    private void Unregister()
    {
        _registration?.Dispose();
        _registration = null;
    }
}
