using Holdfast.Daemon.Clients;
using Holdfast.Daemon.Screen;
using Holdfast.Daemon.Sessions;
using Holdfast.Linux.Events;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Daemon.Flow;

/// <summary>
/// Everybody who reads one session, each at its own cursor. Sends to whoever can take more, and says how far output may go before it would
/// overwrite what somebody may still claim. Owned by the session, loop thread.
/// </summary>
public sealed class SubscriberSet(Session session, FlowControl flow)
{
    // How long a reader of the former daemon has to come back before its bytes may be overwritten.
    private const long ReturnMilliseconds = 5000;

    // What may have been sent but not received when the former daemon died: a socket's buffer, with a margin.
    private const ulong InFlight = 512 * 1024;

    private readonly List<Subscriber> _subscribers = [];
    private readonly List<(ulong Client, ulong Cursor, long Until)> _expected = [];
    private readonly HashSet<ClientConnection> _inputOnly = [];

    /// <summary>Called when a subscriber took bytes: reading may go on.</summary>
    public Action? Progressed { get; set; }

    /// <summary>Who reads without being the owner.</summary>
    public int Observers => _subscribers.Count(s => !session.Owner.IsOwner(s.Connection));

    /// <summary>Somebody else answers the program's queries: the owner, who reads the output, or a terminal that will be the owner once it answers.</summary>
    public bool HasOwnersTerminal =>
        _subscribers.Exists(s => session.Owner.IsOwner(s.Connection) || (s.Wish.Terminal && session.Owner.Owner.Length == 0));

    public int Clients => _subscribers.Count + _inputOnly.Count;

    // Small beside the ring, because that much of it is kept for each reader behind what was sent.
    private int FrameBytes => (int)Math.Min(ProtocolLimits.MaxOutputDataBytes, session.Ring.Capacity / 8);

    /// <summary>Keeps what the readers of the former daemon had not received, until they come back or the time is over.</summary>
    public void ExpectFormerReaders()
    {
        foreach (var (client, cursor) in session.Ring.Subscribers.List())
            _expected.Add((client, cursor > InFlight ? cursor - InFlight : 0, Reactor.Now + ReturnMilliseconds));
        session.Ring.Subscribers.Clear();
    }

    public void Add(ClientConnection connection, ulong cursor, ScreenWish wish, bool acknowledges, TerminalLoan? loan)
    {
        Remove(connection);
        _expected.RemoveAll(e => e.Client == connection.ClientHash);
        var slot = session.Ring.Subscribers.Put(connection.ClientHash, cursor);
        _subscribers.Add(new Subscriber(connection, cursor, slot, acknowledges, flow.Policy) { Wish = wish, Loan = loan, ServeAgain = () => Serve(connection) });
        session.Answers.ReadersChanged();
    }

    /// <summary>The answer to the attach was sent: output may follow it.</summary>
    public void Begin(ClientConnection connection)
    {
        if (_inputOnly.Contains(connection) && session.ExitAnnounced)
            connection.Send(ExitEvent());
        if (_subscribers.Find(s => s.Connection == connection) is not { } subscriber)
            return;
        subscriber.Begun = true;
        if (subscriber.Wish.AtStart is { } lines)
            SendScreen(subscriber, lines);
        // It asked for bytes that are no longer held: everything that is held follows.
        if (subscriber.Cursor < session.Ring.RetainedFrom)
            TellGap(subscriber, session.Ring.RetainedFrom);
        Serve(connection);
    }

    /// <summary>The client lends its terminal for the answer to a key that comes now, having shown so many frames: for nothing where others are on their way.</summary>
    public void Lend(ClientConnection connection, uint shown)
    {
        if (shown == connection.ShownByClient && session.Owner.IsOwner(connection))
            _subscribers.Find(s => s.Connection == connection)?.Loan?.Lend();
    }

    /// <summary>Attached for input and events, without output.</summary>
    public void AddInputOnly(ClientConnection connection)
    {
        Remove(connection);
        _inputOnly.Add(connection);
    }

    /// <summary>The connection is gone without a word. With the pause policy an owner's bytes are kept until it is back or its claim has run out.</summary>
    public void Vanish(ClientConnection connection)
    {
        if (PausesAtAll && session.Owner.IsOwner(connection) && _subscribers.Find(s => s.Connection == connection) is { } subscriber)
            _expected.Add((connection.ClientHash, subscriber.Cursor - Math.Min(InFlight, subscriber.Cursor), Reactor.Now + session.Owner.GraceMilliseconds));
        Remove(connection);
    }

    public void Remove(ClientConnection connection)
    {
        _inputOnly.Remove(connection);
        var at = _subscribers.FindIndex(s => s.Connection == connection);
        if (at < 0)
            return;
        var subscriber = _subscribers[at];
        flow.OnRemoved(subscriber);
        subscriber.Loan?.Dispose();
        if (subscriber.Slot >= 0)
            session.Ring.Subscribers.Remove(subscriber.Slot);
        _subscribers.RemoveAt(at);
        session.Answers.ReadersChanged();
        Progressed?.Invoke();
    }

    public void Serve()
    {
        // By index: sending may end a connection, which takes its subscriber out.
        for (var i = _subscribers.Count - 1; i >= 0; i--)
        {
            if (i < _subscribers.Count)
                Serve(_subscribers[i]);
        }
    }

    /// <summary>The connection can take more.</summary>
    public void Serve(ClientConnection connection) => Serve(connection, mostFrames: int.MaxValue);

    /// <summary>The connection can take more and has other sessions too: at most one frame of this one. True: one was sent.</summary>
    public bool ServeOne(ClientConnection connection) => Serve(connection, mostFrames: 1);

    /// <summary>Frames of this connection's client were dealt with; null where that client gets no output here.</summary>
    public Subscriber? Acknowledge(ClientConnection connection, ulong count)
    {
        var subscriber = _subscribers.Find(s => s.Connection == connection)
            ?? _subscribers.Find(s => s.Acknowledges && s.Connection.ClientId == connection.ClientId);
        if (subscriber is null)
            return null;
        flow.OnAcknowledged(session, subscriber, count);
        Serve(subscriber.Connection);
        return subscriber;
    }

    private bool Serve(ClientConnection connection, int mostFrames)
    {
        if (_subscribers.Find(s => s.Connection == connection) is not { } subscriber)
            return false;
        // What its socket holds has been taken.
        if (!subscriber.Acknowledges && subscriber.Flow.Pending > 0 && connection.CanSendOutput)
            flow.OnAcknowledged(session, subscriber, subscriber.Flow.Pending);
        var before = subscriber.Cursor;
        Serve(subscriber, mostFrames);
        Progressed?.Invoke();
        return subscriber.Cursor != before;
    }

    /// <summary>How much of <paramref name="wanted"/> may be read without overwriting what somebody may still claim; 0: wait.</summary>
    public int RoomAhead(int wanted)
    {
        var head = session.Ring.Head;
        var capacity = (ulong)session.Ring.Capacity;
        // Nearly always: nothing anybody needs is near.
        var room = (ulong)wanted;
        foreach (var subscriber in _subscribers)
        {
            // The rest of its last frame may wait in this process and would die with it: then the reader asks for that frame again.
            var claimed = subscriber.Cursor - Math.Min((ulong)FrameBytes, subscriber.Cursor);
            if (head + room - Math.Min(claimed, head) <= capacity)
                subscriber.NotHolding();
            else if (Pauses(subscriber) || subscriber.MayHold())
                room = Math.Min(room, RoomBefore(claimed, head, capacity));
        }
        for (var i = _expected.Count - 1; i >= 0; i--)
        {
            if (_expected[i].Until < Reactor.Now || session.State == SessionState.Terminating)
                _expected.RemoveAt(i);
            else
                room = Math.Min(room, RoomBefore(Math.Max(_expected[i].Cursor, session.Ring.RetainedFrom), head, capacity));
        }
        return (int)room;
    }

    public void AnnounceExit()
    {
        session.ExitAnnounced = true;
        Serve();
        foreach (var connection in _inputOnly.ToArray())
            connection.Send(ExitEvent());
    }

    /// <summary>Everybody attached, for whoever asks about this one session.</summary>
    public IEnumerable<ClientFacts> Describe() =>
        _subscribers.Select(s => Describe(s.Connection, s)).Concat(_inputOnly.Select(c => Describe(c, null)));

    public void AnnounceClosed() => Serve();

    public void AnnounceResized(Resize resize) => Tell(new Envelope { Resized = new ResizedEvent { Session = session.Number, Resize = resize } });

    public void AnnounceOwner(string former, OwnerChange reason)
    {
        var info = session.Record.Session;
        _subscribers.ForEach(s => s.Loan?.End());
        Tell(new Envelope
        {
            OwnerChanged = new OwnerChangedEvent
            {
                Session = session.Number,
                Owner = info.Owner,
                OwnerEpoch = info.OwnerEpoch,
                OwnerName = info.OwnerName,
                Former = former,
                Reason = reason,
            },
        });
    }

    public void AnnounceRenamed() => Tell(new Envelope { Renamed = new RenamedEvent { Session = session.Number, Name = session.Name } });

    public void AnnounceFinalized()
    {
        Serve();
        Tell(new Envelope { Finalized = new FinalizedEvent { Session = session.Number } });
        foreach (var subscriber in _subscribers)
            subscriber.Connection.Forget(session);
        foreach (var connection in _inputOnly)
            connection.Forget(session);
        foreach (var subscriber in _subscribers)
        {
            flow.OnRemoved(subscriber);
            subscriber.Loan?.Dispose();
        }
        _subscribers.Clear();
        _inputOnly.Clear();
    }

    // Nobody who does not read may keep a kill from its end.
    private bool PausesAtAll => session.Record.Session.Overflow == OverflowPolicy.OverflowPause && session.State != SessionState.Terminating;

    // With the pause policy the program waits for its owner, and where it has none for everybody: an observer alone must not stop what somebody works with.
    private bool Pauses(Subscriber subscriber) =>
        PausesAtAll && !subscriber.Connection.IsEnding
        && (session.Owner.Owner.Length == 0 || session.Owner.PartOf(subscriber.Connection) is not { Role: AttachAs.AsObserver });

    private static ulong RoomBefore(ulong cursor, ulong head, ulong capacity)
    {
        var held = head - Math.Min(cursor, head);
        return held >= capacity ? 0 : capacity - held;
    }

    private void Serve(Subscriber subscriber, int mostFrames = int.MaxValue)
    {
        if (!subscriber.Begun)
            return;
        var ring = session.Ring;
        // Going on right behind the overwritten bytes would lose the next ones at once, so it continues with an eighth of the ring in hand.
        if (subscriber.Cursor < ring.RetainedFrom && subscriber.Wish.AfterGap)
            Resync(subscriber);
        else if (subscriber.Cursor < ring.RetainedFrom)
            TellGap(subscriber, Math.Min(ring.RetainedFrom + ((ulong)ring.Capacity / 8), ring.Head));
        for (var frames = 0; frames < mostFrames && subscriber.Cursor < ring.Head && subscriber.Connection.CanSendOutput; frames++)
        {
            if (flow.Holds(subscriber))
                break;
            var length = (int)Math.Min(ring.Head - subscriber.Cursor, (ulong)FrameBytes);
            length = Send(subscriber, ring.Read(subscriber.Cursor, length));
            subscriber.Cursor += (ulong)length;
            subscriber.LastProgress = Reactor.Now;
            if (subscriber.Slot >= 0)
                ring.Subscribers.Move(subscriber.Slot, subscriber.Cursor);
            if (!flow.OnSent(session, subscriber, length))
                return;
        }
        if (subscriber.Cursor == ring.Head)
            subscriber.CaughtUp();
        TellEnd(subscriber);
    }

    // Returns the bytes sent: where the client's own terminal takes them first, as many as it took.
    private int Send(Subscriber subscriber, ReadOnlySpan<byte> output)
    {
        var shown = subscriber.Loan?.Show(output) ?? 0;
        if (shown > 0)
        {
            subscriber.Connection.SendShown(session.Number, subscriber.Cursor, output[..shown]);
            return shown;
        }
        subscriber.Loan?.End();
        subscriber.Connection.SendOutput(session.Number, subscriber.Cursor, output);
        return output.Length;
    }

    // Only once everything before has been taken: a reader that is slow for long would otherwise be sent screens nobody looks at.
    private void Resync(Subscriber subscriber)
    {
        if (!subscriber.Connection.CanSendOutput)
            return;
        TellGap(subscriber, session.Ring.Head);
        SendScreen(subscriber, 0);
    }

    private void SendScreen(Subscriber subscriber, uint scrollbackLines)
    {
        subscriber.Cursor = session.Ring.Head;
        subscriber.Loan?.End();
        foreach (var piece in ScreenSnapshot.Redraw(session, scrollbackLines))
            subscriber.Connection.SendScreen(piece);
    }

    private void TellGap(Subscriber subscriber, ulong to)
    {
        var missed = to - subscriber.Cursor;
        subscriber.Connection.OnGap(session, missed);
        subscriber.Gaps++;
        subscriber.GapBytes += missed;
        subscriber.Connection.Send(new Envelope { Gap = new GapEvent { Session = session.Number, From = subscriber.Cursor, To = to } });
        subscriber.Cursor = to;
    }

    private void TellEnd(Subscriber subscriber)
    {
        if (!session.ExitAnnounced || subscriber.Cursor < session.EndOffset)
            return;
        if (!subscriber.ExitTold)
        {
            subscriber.ExitTold = true;
            subscriber.Connection.Send(ExitEvent());
        }
        if (session.Pty is null && !subscriber.ClosedTold && subscriber.Cursor == session.Ring.Head)
        {
            subscriber.ClosedTold = true;
            subscriber.Connection.Send(new Envelope { Closed = new ClosedEvent { Session = session.Number, EndOffset = session.Ring.Head } });
        }
    }

    private ClientFacts Describe(ClientConnection connection, Subscriber? subscriber) => new()
    {
        ClientId = connection.ClientId,
        ClientName = connection.ClientName,
        Owner = session.Owner.IsOwner(connection),
        Stream = connection.Role == Role.Stream,
        Output = subscriber is not null,
        Offset = subscriber?.Cursor ?? 0,
        Pending = subscriber?.Flow.Pending ?? 0,
        Level = subscriber?.Flow.Level ?? FlowLevel.FlowGreen,
        SentBytes = subscriber?.SentBytes ?? 0,
        GapBytes = subscriber?.GapBytes ?? 0,
        Gaps = subscriber?.Gaps ?? 0,
    };

    private Envelope ExitEvent() => new()
    {
        Exited = new ExitedEvent { Session = session.Number, Exit = session.Record.Session.Exit, EndOffset = session.EndOffset },
    };

    private void Tell(Envelope envelope)
    {
        foreach (var subscriber in _subscribers.ToArray())
            subscriber.Connection.Send(envelope);
        foreach (var connection in _inputOnly.ToArray())
            connection.Send(envelope);
    }
}
