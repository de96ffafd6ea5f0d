using Holdfast.Client.Connection;
using Holdfast.Client.Sessions;
using Holdfast.Protocol.V1;

namespace Holdfast.Client;

/// <summary>
/// An attached session: its output and events in order, and the way for input.
/// Made by <see cref="HoldfastClient.AttachAsync"/>, owned by the caller until disposed. One reader; writers on any thread.
/// </summary>
/// <remarks>
/// Output goes on across daemon restarts at the exact byte. A reader that does not read holds up the whole connection once
/// <see cref="HoldfastClientOptions.BufferedOutputBytes"/> wait, acknowledgements of input included: never wait for input
/// (<see cref="FlushAsync"/>) on the task that reads output.
/// </remarks>
public sealed class SessionAttachment : IAsyncDisposable
{
    private readonly ClientConnection _connection;
    private readonly EventQueue _events;
    private readonly InputLane _input = new();
    private readonly AckCounter _acks;
    private readonly AttachRequest _request;
    private readonly OwnerState _owner;
    private OutputCursor _cursor;

    // A screen that did not arrive whole is asked for again.
    private bool _screenDue;
    private bool _exited;
    private bool _closed;
    private bool _ended;

    internal SessionAttachment(ClientConnection connection, AttachAnswer answer, AttachRequest request, string clientId, HoldfastClientOptions options, DaemonLink link)
    {
        _connection = connection;
        _acks = new AckCounter(options.AckThreshold);
        _acks.Use(request.Acks ? link : null, answer.Session.Number);
        _request = request;
        _screenDue = request.FromCase == AttachRequest.FromOneofCase.Screen;
        _owner = new OwnerState(clientId, request.As);
        _owner.OnAttached(answer);
        _events = new EventQueue(options.BufferedOutputBytes, options.ReadOnReceiveLoop, _acks.OnTaken);
        _cursor = new OutputCursor(answer.Offset);
        Session = answer.Session;
        Start = answer.Offset;
        Resizes = answer.Resizes;
        _input.Resume(link, answer.Session.Number, answer.Input ?? new InputPosition());
    }

    /// <summary>The session as it was when attached.</summary>
    public SessionInfo Session { get; private set; }

    /// <summary>The offset of the first byte of output.</summary>
    public ulong Start { get; }

    /// <summary>Resizes at or after <see cref="Start"/> that the daemon still knew; the first is the size in force there.</summary>
    public IReadOnlyList<Resize> Resizes { get; }

    /// <summary>This client's input below this has reached the PTY.</summary>
    public ulong InputAccepted => _input.Accepted;

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
    public Task WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation = default) => _input.WriteAsync(data, cancellation);

    /// <summary>Waits until all input written so far has reached the PTY.</summary>
    /// <exception cref="Protocol.HoldfastException">INPUT_UNCERTAIN names the range that may or may not have arrived; it is not sent again.</exception>
    public Task FlushAsync(CancellationToken cancellation = default) => _input.FlushAsync(cancellation);

    /// <summary>Becomes the owner, of a session without one or with <paramref name="force"/> of any. Input that was refused before is not sent again.</summary>
    /// <exception cref="Protocol.HoldfastException">OWNER_REQUIRED.</exception>
    public Task TakeAsync(bool force, CancellationToken cancellation = default) => _connection.TakeAsync(this, force, cancellation);

    /// <summary>Gives the session up and goes on watching.</summary>
    public Task ReleaseAsync(CancellationToken cancellation = default)
    {
        var request = new ReleaseRequest { Session = Session.Id, OwnerEpoch = OwnerEpoch };
        return _connection.RequestAsync(new Envelope { Release = request }, AfterLoss.Fail, cancellation);
    }

    /// <summary>Has the screen sent again, as a <see cref="SessionEventKind.Screen"/> event in its place among the others; output goes on behind it.</summary>
    public Task RedrawAsync(uint scrollbackLines, CancellationToken cancellation = default)
    {
        _screenDue = true;
        var request = ResumeRequest();
        request.Screen = new ScreenStart { ScrollbackLines = scrollbackLines };
        request.Acks = _request.Acks;
        return _connection.RequestAsync(new Envelope { Attach = request }, AfterLoss.SendAgain, cancellation);
    }

    /// <summary>Detaches. Events that were not read are dropped.</summary>
    public ValueTask DisposeAsync()
    {
        _events.Abandon();
        return _connection.DetachAsync(this);
    }

    internal Task RoomAsync() => _events.RoomAsync();

    internal AttachRequest ResumeRequest()
    {
        var request = new AttachRequest
        {
            Session = Session.Id,
            Terminal = _request.Terminal,
            ScreenAfterGap = _request.ScreenAfterGap || _request.FromCase == AttachRequest.FromOneofCase.Screen,
        };
        _owner.Describe(request);
        if (!HasOutput)
            request.NoOutput = true;
        else if (_screenDue)
            request.Screen = _request.Screen ?? new ScreenStart();
        else
            request.Offset = _cursor.Received;
        return request;
    }


    internal void OnTaken(DaemonLink link, TakeAnswer taken)
    {
        _owner.OnTaken(taken.OwnerEpoch);
        _input.Restart(link, Session.Number, taken.Input ?? new InputPosition());
    }

    internal void OnBackpressure(BackpressureWarningEvent warning) =>
        _events.Add(new SessionEvent { Kind = SessionEventKind.Backpressure, Backpressure = warning });

    internal void OnOwnershipLost(Exception why)
    {
        _owner.OnLost();
        _input.Fail(why);
    }

    internal void OnOwnerChanged(OwnerChangedEvent changed)
    {
        _owner.OnChanged(changed);
        _events.Add(new SessionEvent { Kind = SessionEventKind.OwnerChanged, Owner = changed });
    }

    internal void OnResumed(DaemonLink link, AttachAnswer answer, bool acks)
    {
        _acks.Use(acks ? link : null, answer.Session.Number);
        Session = answer.Session;
        _owner.OnAttached(answer);
        _events.Add(new SessionEvent { Kind = SessionEventKind.Reconnected, From = _cursor.Received });
        if (HasOutput && !_screenDue)
            TellGap(_cursor.SkipTo(answer.Offset));
        if (_input.Resume(link, answer.Session.Number, answer.Input ?? new InputPosition()) is { } uncertain)
            _events.Add(new SessionEvent { Kind = SessionEventKind.InputUncertain, From = uncertain.From, To = uncertain.To });
    }

    internal void OnLost() => _input.Suspend();

    internal void OnOutput(ulong offset, ReadOnlyMemory<byte> data, ReceiveSegment segment)
    {
        var repeated = _cursor.Accept(offset, data.Length, out var gap);
        TellGap(gap);
        if (repeated == data.Length)
            return;
        var value = new SessionEvent { Kind = SessionEventKind.Output, From = offset + (ulong)repeated, To = _cursor.Received, Data = data[repeated..] };
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
