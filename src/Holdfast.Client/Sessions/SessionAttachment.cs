using Holdfast.Client.Connection;
using Holdfast.Client.Sessions;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Client;

/// <summary>
/// An attached session: its output and events in order, and the way for input.
/// Made by <see cref="HoldfastClient.AttachAsync"/>, owned by the caller until disposed. One reader; writers on any thread.
/// </summary>
/// <remarks>
/// Output goes on across daemon restarts at the exact byte. A reader that does not read holds up the connection once
/// <see cref="HoldfastClientOptions.BufferedOutputBytes"/> wait, without <see cref="HoldfastClientOptions.StreamConnection"/> acknowledgements of
/// input included: then never wait for input (<see cref="FlushAsync"/>) on the task that reads output.
/// </remarks>
public sealed partial class SessionAttachment : IAsyncDisposable
{
    private readonly ClientConnections _connections;
    private readonly EventQueue _events;
    private readonly InputLane _input = new();
    private readonly AckCounter _acks;
    private readonly AttachRequest _request;
    private readonly OwnerState _owner;
    private DaemonLink? _lending;
    private OutputCursor _cursor;
    private ConnectionPart _attached;

    // A screen that did not arrive whole is asked for again.
    private bool _screenDue;
    private bool _exited;
    private bool _closed;
    private bool _ended;

    internal SessionAttachment(ClientConnections connections, AttachRequest request, string clientId, HoldfastClientOptions options)
    {
        _connections = connections;
        _acks = new AckCounter(options.AckThreshold);
        _request = request;
        _screenDue = request.FromCase == AttachRequest.FromOneofCase.Screen;
        _owner = new OwnerState(clientId, request.As);
        _events = new EventQueue(options.BufferedOutputBytes, options.ReadOnReceiveLoop, _acks.OnTaken);
    }

    /// <summary>The session as it was when attached.</summary>
    public SessionInfo Session { get; private set; } = new();

    /// <summary>The offset of the first byte of output.</summary>
    public ulong Start { get; private set; }

    /// <summary>Resizes at or after <see cref="Start"/> that the daemon still knew; the first is the size in force there.</summary>
    public IReadOnlyList<Resize> Resizes { get; private set; } = [];

    /// <summary>This client's input below this has reached the PTY.</summary>
    public ulong InputAccepted => _input.Accepted;

    // The stream of the owner is no observer; it need not, and may not, ask to be the owner.
    private AttachAs StreamPart => _request.As == AttachAs.AsObserver ? AttachAs.AsObserver : AttachAs.AsUnspecified;

    private bool HasOutput => _request.FromCase != AttachRequest.FromOneofCase.NoOutput;

    /// <summary>True while this client is the owner: its input, size and signals are the session's.</summary>
    public bool IsOwner => _owner.IsOwner;

    /// <summary>Counts the owners of the session; give it with requests that are meant only while this one holds.</summary>
    public ulong OwnerEpoch => _owner.Epoch;

    internal bool HasEnded => Volatile.Read(ref _ended);

    internal bool IsFull => _events.IsFull;

    /// <summary>The next event. Its data is valid until the next call. After the last one: <see cref="SessionEventKind.End"/>, or the failure that ended the client.</summary>
    public ValueTask<SessionEvent> ReadAsync(CancellationToken cancellation = default) => _events.ReadAsync(cancellation);

    /// <summary>Takes all of <paramref name="data"/> as input; waits only while the window is full.</summary>
    public Task WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation = default) => _input.WriteAsync(data, null, cancellation);

    /// <summary>
    /// True where the daemon may write to the terminal that <see cref="AttachRequest.Lends"/> named: with input that lends it
    /// (<see cref="WriteLentAsync"/>), and then one answer.
    /// </summary>
    public bool LendsTerminal => _lending is not null;

    /// <summary>What came to be shown on this connection so far, counted in frames. For a caller that reads on the receive loop.</summary>
    public uint FramesToShow => _lending?.FramesToShow ?? 0;

    /// <summary>
    /// As <see cref="WriteAsync"/>, with the terminal lent until the next output: the caller writes nothing to it before. That output may be there already
    /// then (<see cref="SessionEvent.Shown"/>).
    /// </summary>
    /// <param name="data">A key press.</param>
    /// <param name="shown"><see cref="FramesToShow"/> as it was when everything of it had been shown.</param>
    /// <param name="cancellation">Ends the waiting for room.</param>
    public Task WriteLentAsync(ReadOnlyMemory<byte> data, uint shown, CancellationToken cancellation = default) => _input.WriteAsync(data, shown, cancellation);

    /// <summary>Waits until all input written so far has reached the PTY.</summary>
    /// <exception cref="HoldfastException">INPUT_UNCERTAIN names the range that may or may not have arrived; it is not sent again.</exception>
    public Task FlushAsync(CancellationToken cancellation = default) => _input.FlushAsync(cancellation);

    /// <summary>Acknowledges so many more output frames now; for an <see cref="HoldfastClientOptions.AckThreshold"/> of 0.</summary>
    public void Ack(int count) => _acks.Acknowledge(count);

    /// <summary>Frames in one automatic acknowledgement from now on; 0: only <see cref="Ack"/> acknowledges.</summary>
    public void SetAckThreshold(int frames) => _acks.SetThreshold(frames);

    /// <summary>Detaches. Events that were not read are dropped.</summary>
    public ValueTask DisposeAsync()
    {
        _events.Abandon();
        return _connections.DetachAsync(this);
    }

    internal bool IsAttached(ConnectionPart part) => _attached.HasFlag(part);

    internal Task RoomAsync() => _events.RoomAsync();

    internal AttachRequest FirstRequest(ConnectionPart part)
    {
        if (part == ConnectionPart.Both)
            return _request;
        if (part == ConnectionPart.Requests)
            return new AttachRequest { Session = _request.Session, NoOutput = true, As = _request.As, OwnerEpoch = _request.OwnerEpoch, Size = _request.Size };
        var request = _request.Clone();
        (request.Session, request.As, request.OwnerEpoch, request.Size) = (Session.Id, StreamPart, 0, null);
        return request;
    }

    internal AttachRequest ResumeRequest(ConnectionPart part)
    {
        var request = new AttachRequest { Session = Session.Id, As = StreamPart };
        if (part.HasFlag(ConnectionPart.Requests))
            _owner.Describe(request);
        if (part.HasFlag(ConnectionPart.Output))
            DescribeOutput(request);
        else
            request.NoOutput = true;
        return request;
    }

    private void DescribeOutput(AttachRequest request)
    {
        request.Terminal = _request.Terminal;
        request.Lends = _request.Lends;
        request.ScreenAfterGap = _request.ScreenAfterGap || _request.FromCase == AttachRequest.FromOneofCase.Screen;
        if (!HasOutput)
            request.NoOutput = true;
        else if (_screenDue)
            request.Screen = _request.Screen ?? new ScreenStart();
        else
            request.Offset = _cursor.Received;
    }

    internal void OnAttached(ConnectionPart part, DaemonLink link, AttachAnswer answer, bool acks)
    {
        if (part.HasFlag(ConnectionPart.Requests))
        {
            Session = answer.Session;
            _owner.OnAttached(answer);
            _input.Resume(link, answer.Session.Number, answer.Input ?? new InputPosition());
        }

        if (part.HasFlag(ConnectionPart.Output))
        {
            _acks.Use(acks ? link : null, answer.Session.Number);
            _lending = answer.Lends && part == ConnectionPart.Both ? link : null;
            _cursor = new OutputCursor(answer.Offset);
            Start = answer.Offset;
            Resizes = answer.Resizes;
        }

        _attached |= part;
    }

    internal void OnTaken(DaemonLink link, TakeAnswer taken)
    {
        _owner.OnTaken(taken.OwnerEpoch);
        _input.Restart(link, Session.Number, taken.Input ?? new InputPosition());
    }

    internal void OnBackpressure(BackpressureWarningEvent warning) =>
        _events.Add(new SessionEvent { Kind = SessionEventKind.Backpressure, Backpressure = warning });

    internal void OnOwnershipLost(HoldfastException why)
    {
        _owner.OnLost();
        _input.Fail(why.Within(FailureScope.Input));
    }

    internal void OnOwnerChanged(OwnerChangedEvent changed) => _owner.OnChanged(changed);

    internal void TellOwner(OwnerChangedEvent changed) =>
        _events.Add(new SessionEvent { Kind = SessionEventKind.OwnerChanged, Owner = changed });

    internal void OnResumed(ConnectionPart part, DaemonLink link, AttachAnswer answer, bool acks)
    {
        if (part.HasFlag(ConnectionPart.Output))
        {
            _acks.Use(acks ? link : null, answer.Session.Number);
            _lending = answer.Lends && part == ConnectionPart.Both ? link : null;
            _events.Add(new SessionEvent { Kind = SessionEventKind.Reconnected, From = _cursor.Received });
            if (HasOutput && !_screenDue)
                TellGap(_cursor.SkipTo(answer.Offset));
        }

        if (!part.HasFlag(ConnectionPart.Requests))
            return;
        Session = answer.Session;
        _owner.OnAttached(answer);
        if (_input.Resume(link, answer.Session.Number, answer.Input ?? new InputPosition()) is { } uncertain)
            _events.Add(new SessionEvent { Kind = SessionEventKind.InputUncertain, From = uncertain.From, To = uncertain.To });
    }

    internal void OnLost(ConnectionPart part)
    {
        if (part.HasFlag(ConnectionPart.Requests))
            _input.Suspend();
    }

    /// <summary>The next daemon does not know the session any more. Where output has a connection of its own, that hears it too, in its place.</summary>
    internal void OnGone(ConnectionPart part, HoldfastException why)
    {
        if (part.HasFlag(ConnectionPart.Output))
            OnFinalized();
        else
            _input.Fail(why.Within(FailureScope.Input));
    }

    internal void OnOutput(ulong offset, ReadOnlyMemory<byte> data, ReceiveSegment segment, bool shown)
    {
        var repeated = _cursor.Accept(offset, data.Length, out var gap);
        TellGap(gap);
        if (repeated == data.Length)
            return;
        var value = new SessionEvent { Kind = SessionEventKind.Output, From = offset + (ulong)repeated, To = _cursor.Received, Data = data[repeated..], Shown = shown };
        _events.AddOutput(value, segment);
    }

    internal void OnScreen(SnapshotEvent screen)
    {
        _cursor.SkipTo(screen.Offset);
        _screenDue = screen.More;
        _events.Add(new SessionEvent
        {
            Kind = SessionEventKind.Screen, To = screen.Offset, Data = screen.Data.Memory, Size = screen.Size, More = screen.More,
        });
    }

    internal void OnGap(GapEvent gap) => TellGap(_cursor.SkipTo(gap.To));

    internal void OnResized(Resize resize) =>
        _events.Add(new SessionEvent { Kind = SessionEventKind.Resized, From = resize.Offset, Size = resize.Size });

    internal void OnRenamed(string name) => _events.Add(new SessionEvent { Kind = SessionEventKind.Renamed, Name = name });

    // A daemon that took over tells the end again: it cannot know who heard it.
    internal void OnExited(ExitedEvent exited)
    {
        if (_exited)
            return;
        _exited = true;
        _events.Add(new SessionEvent { Kind = SessionEventKind.Exited, To = exited.EndOffset, Exit = exited.Exit });
    }

    internal void OnClosed(ulong endOffset)
    {
        if (_closed)
            return;
        _closed = true;
        _events.Add(new SessionEvent { Kind = SessionEventKind.Closed, To = endOffset });
    }

    internal void OnFinalized()
    {
        if (_ended)
            return;
        _events.Add(new SessionEvent { Kind = SessionEventKind.Finalized });
        End(null);
    }

    internal void OnInputAcknowledged(ulong accepted) => _input.Acknowledge(accepted);

    internal void OnInputRefused(InputRefusedEvent refused) => _input.Fail(Faults.InputRefused((ErrorCode)refused.Code, refused.Offset));

    internal void OnStopped(ConnectionPart part, HoldfastException why)
    {
        if (part.HasFlag(ConnectionPart.Output))
            End(why);
        else
            _input.Fail(why);
    }

    /// <summary>Ends after what was received before, on both connections.</summary>
    internal Task EndAsync(HoldfastException failure)
    {
        End(failure.Within(FailureScope.Attachment));
        return _connections.DetachAsync(this).AsTask();
    }

    /// <summary>The client was disposed: nobody reads any more.</summary>
    internal void Abandon()
    {
        _events.Abandon();
        End(null);
    }

    internal void End(Exception? failure)
    {
        _ended = true;
        _input.Fail(failure ?? Faults.Detached());
        _events.Complete(failure);
    }

    private void TellGap((ulong From, ulong To)? gap)
    {
        if (gap is { } range)
            _events.Add(new SessionEvent { Kind = SessionEventKind.Gap, From = range.From, To = range.To });
    }
}
