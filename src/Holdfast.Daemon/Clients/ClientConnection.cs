using System.Buffers;
using Google.Protobuf;
using Holdfast.Daemon.Sessions;
using Holdfast.Linux;
using Holdfast.Linux.Events;
using Holdfast.Linux.Sockets;
using Holdfast.Protocol;
using Holdfast.Protocol.Frames;
using Holdfast.Protocol.V1;

namespace Holdfast.Daemon.Clients;

/// <summary>
/// One connection: turns bytes into frames for the <see cref="FrameRouter"/>, and takes answers, events and output. Owned by the
/// <see cref="ClientServer"/>, loop thread; lives until either side ends it, for the first reason.
/// </summary>
public sealed class ClientConnection : IReadyHandler
{
    // One receive a turn and connection; a client with more waits for the others.
    private static readonly byte[] Receiving = GC.AllocateUninitializedArray<byte>(64 * 1024, pinned: true);

    // One that does not read its refusal, or does not close behind it, must not stay for that.
    private static readonly TimeSpan RefusalTime = TimeSpan.FromSeconds(1);

    private readonly Fd _fd;
    private readonly Registration _registration;
    private readonly FrameRouter _router;
    private readonly OutgoingBuffer _outgoing;
    private readonly List<Session> _attached = [];
    private readonly LateAck _lateAck = new();
    private LoopTimer? _lateAckTimer;
    private readonly Reactor _reactor;
    private byte[] _partial = [];
    private int _partialBytes;
    private string? _refusal;
    private bool _paced;
    private int _turn;

    public ClientConnection(Reactor reactor, Fd fd, FrameRouter router)
    {
        (_reactor, _fd, _router) = (reactor, fd, router);
        _outgoing = new OutgoingBuffer(fd);
        _registration = reactor.Add(fd, Readiness.Readable, this);
    }

    /// <summary>The process at the other end, as the kernel names it.</summary>
    public required int PeerId { get; init; }

    /// <summary>Output frames and pieces of screens that were sent to be shown by the client; counted by both sides.</summary>
    public uint ShownByClient { get; private set; }

    /// <summary>Called once, when the connection has ended and was cleaned up.</summary>
    public Action<ClientConnection, string>? Ended { get; set; }

    public bool IsEnded { get; private set; }

    /// <summary>Set by the handshake; until then only a hello is understood.</summary>
    public string ClientId { get; private set; } = "";

    public string ClientName { get; private set; } = "";

    /// <summary>The client's identity as shared memory keeps it; never 0.</summary>
    public ulong ClientHash { get; private set; }

    public Role Role { get; private set; }

    public bool IsOpen => ClientId.Length > 0;

    /// <summary>
    /// Output is sent only where nothing waits: what cannot be sent stays in the ring. A client of several sessions gets the next frame once its socket
    /// is nearly empty: whatever floods, an echo waits behind about one frame.
    /// </summary>
    public bool CanSendOutput => !IsEnding && !_paced && _outgoing.IsEmpty;

    /// <summary>Refused: it is told why, and ends when the peer closes or after a second.</summary>
    public bool IsEnding => IsEnded || _refusal is not null;

    /// <summary>Frames of all its subscriptions that are sent and not acknowledged.</summary>
    public ulong PendingFrames { get; set; }

    public IReadOnlyList<Session> Attached => _attached;

    public PendingWaits Waits { get; } = new();

    public void Open(Hello hello)
    {
        ClientId = hello.ClientId;
        ClientName = hello.ClientName;
        ClientHash = Fnv1A(hello.ClientId);
        Role = hello.Role;
    }

    public void Attach(Session session)
    {
        if (!_attached.Contains(session))
            _attached.Add(session);
    }

    public void Forget(Session session) => _attached.Remove(session);

    /// <summary>Receives what is there, or sends what waits.</summary>
    public void OnReady(Readiness events)
    {
        if ((events & Readiness.Writable) != 0)
            OnWritable();
        if (!IsEnded && (events & (Readiness.Readable | Readiness.HangUp | Readiness.Error)) != 0)
            Receive();
    }

    public void Send(Envelope envelope)
    {
        if (IsEnding)
            return;
        SendLateAck();
        SendNow(envelope);
    }

    /// <summary>Acknowledges input: with the next output if that comes at once.</summary>
    public void Acknowledge(uint session, ulong accepted, bool late)
    {
        if (!late || (!_lateAck.IsSet && !_outgoing.IsEmpty))
        {
            // A later one says all that an earlier one of the same session says.
            if (_lateAck.TrySet(session, accepted))
                SendLateAck();
            else
                Send(LateAck.Of(session, accepted));
            return;
        }
        _reactor.StayAwake(LateAck.EchoWait);
        if (_lateAck.TrySet(session, accepted))
            _lateAckTimer ??= _reactor.After(LateAck.Wait, SendOverdueAck);
        else
            Send(LateAck.Of(session, accepted));
    }

    // The timer may stem from an earlier keystroke: one that came since has its own time to wait.
    private void SendOverdueAck()
    {
        _lateAckTimer = _lateAck.Remaining is { } remaining && remaining > TimeSpan.Zero ? _reactor.After(remaining, SendOverdueAck) : null;
        if (_lateAckTimer is null)
            SendLateAck();
    }

    private void SendLateAck()
    {
        if (_lateAck.Take() is { } ack && !IsEnding)
            SendNow(ack);
    }

    private void SendNow(Envelope envelope)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(FrameCodec.ControlFrameBytes(envelope));
        var length = FrameCodec.WriteControl(envelope, bytes);
        Send(bytes.AsSpan(0, length), default);
        ArrayPool<byte>.Shared.Return(bytes);
    }

    public void SendOutput(uint session, ulong offset, ReadOnlySpan<byte> data)
    {
        ShownByClient++;
        SendData(FrameKind.Output, session, offset, data);
    }

    private void SendData(FrameKind kind, uint session, ulong offset, ReadOnlySpan<byte> data)
    {
        Span<byte> header = stackalloc byte[FrameCodec.DataHeaderBytes];
        FrameCodec.WriteDataHeader(header, kind, session, offset, data.Length);
        // Behind the echo, for which somebody waits.
        Span<byte> ack = stackalloc byte[LateAck.MostFrameBytes];
        ack = ack[.._lateAck.Take(ack)];
        _paced = _attached.Count > 1;
        Send(header, data, ack);
    }

    /// <summary>Tells of output that the client's terminal has already, once whoever looks at it had its turn.</summary>
    public void SendShown(uint session, ulong offset, ReadOnlySpan<byte> data)
    {
        _reactor.GiveWay();
        SendData(FrameKind.ShownOutput, session, offset, data);
    }

    public void SendScreen(SnapshotEvent piece)
    {
        ShownByClient++;
        Send(new Envelope { Screen = piece });
    }

    public void OnGap(Session session, ulong bytes) => _router.OnGap(session, this, bytes);

    /// <summary>
    /// Tells the peer why, then closes this side only: what the peer still sends is dropped until it closes too, so that it reads the reason even if it
    /// writes first (a write to a closed socket fails, and some runtimes then throw away what they had received).
    /// </summary>
    public void Refuse(Error error, string reason)
    {
        if (IsEnding)
            return;
        Send(new Envelope { Error = error });
        if (IsEnded)
            return;
        _refusal = reason;
        _reactor.After(RefusalTime, () => End(reason));
        if (_outgoing.IsEmpty)
            HalfClose();
    }

    public void End(string reason)
    {
        if (IsEnded)
            return;
        IsEnded = true;
        _registration.Dispose();
        Leave();
        _outgoing.Release();
        _fd.Dispose();
        Ended?.Invoke(this, _refusal ?? reason);
    }

    private void HalfClose()
    {
        UnixSocket.ShutDownSending(_fd);
        Leave();
        // Nothing more is sent: to hear that it could be would wake the loop for as long as the peer stays.
        _paced = false;
        UpdateInterest();
    }

    private void Leave()
    {
        Waits.CancelAll();
        foreach (var session in _attached.ToArray())
        {
            session.Subscribers.Vanish(this);
            session.Input.Close(this);
            session.Owner.Detach(this, vanished: true);
        }
        _attached.Clear();
    }

    private void Send(ReadOnlySpan<byte> header, ReadOnlySpan<byte> body, ReadOnlySpan<byte> trailer = default)
    {
        // What went before in the same turn may have shown that the peer is gone.
        if (IsEnded)
            return;
        if (!_outgoing.Send(header, body, trailer))
            End("the peer is gone");
        else if (_outgoing.Overfull)
            End("the client does not read");
        else
            UpdateInterest();
    }

    private void UpdateInterest()
    {
        if (!IsEnded)
            _registration.Change(_outgoing.IsEmpty && !_paced ? Readiness.Readable : Readiness.Readable | Readiness.Writable);
    }

    private void OnWritable()
    {
        if (!_outgoing.Flush())
        {
            End("the peer is gone");
            return;
        }
        if (IsEnding && _outgoing.IsEmpty)
        {
            HalfClose();
            return;
        }
        // The kernel says so only when most of what the socket holds was taken.
        _paced = false;
        UpdateInterest();
        if (!_outgoing.IsEmpty)
            return;
        ServeSessions();
    }

    // A frame each in turn, beginning where the last turn ended: a session that floods must not keep another one's echo waiting.
    private void ServeSessions()
    {
        if (_attached.Count == 1)
        {
            _attached[0].Subscribers.Serve(this);
            return;
        }
        for (var idle = 0; idle < _attached.Count && CanSendOutput;)
        {
            _turn = (_turn + 1) % _attached.Count;
            idle = _attached[_turn].Subscribers.ServeOne(this) ? 0 : idle + 1;
        }
    }

    private void Receive()
    {
        var received = UnixSocket.Receive(_fd, Receiving);
        if (received.WouldBlock)
            return;
        if (received.Count <= 0)
        {
            End(received.Ok ? "closed by the peer" : received.Error.ToString());
            return;
        }
        if (IsEnding)
            return;
        var bytes = Receiving.AsSpan(0, received.Count);
        if (_partialBytes == 0)
            KeepRest(ReadFrames(bytes));
        else
            ReadWithPartial(bytes);
    }

    private void ReadWithPartial(ReadOnlySpan<byte> bytes)
    {
        EnsurePartial(_partialBytes + bytes.Length);
        bytes.CopyTo(_partial.AsSpan(_partialBytes));
        var whole = _partial.AsSpan(0, _partialBytes + bytes.Length);
        var rest = ReadFrames(whole);
        rest.CopyTo(_partial);
        _partialBytes = rest.Length;
        if (_partialBytes == 0 && _partial.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_partial);
            _partial = [];
        }
    }

    private void KeepRest(ReadOnlySpan<byte> rest)
    {
        if (rest.IsEmpty)
            return;
        EnsurePartial(rest.Length);
        rest.CopyTo(_partial);
        _partialBytes = rest.Length;
    }

    private ReadOnlySpan<byte> ReadFrames(ReadOnlySpan<byte> bytes)
    {
        while (!IsEnding)
        {
            var status = FrameCodec.TryRead(bytes, _router.MaxFrameBytes, out var frame, out var consumed);
            if (status == FrameReadStatus.NeedMore)
                return bytes;
            if (status != FrameReadStatus.Frame)
            {
                _router.OnBadFrame(this, status);
                return default;
            }
            _router.OnFrame(this, frame);
            bytes = bytes[consumed..];
        }
        return default;
    }

    private void EnsurePartial(int bytes)
    {
        if (_partial.Length >= bytes)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(bytes, 4096));
        _partial.AsSpan(0, _partialBytes).CopyTo(larger);
        if (_partial.Length > 0)
            ArrayPool<byte>.Shared.Return(_partial);
        _partial = larger;
    }

    private static ulong Fnv1A(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in text)
            hash = (hash ^ c) * 1099511628211UL;
        return hash == 0 ? 1 : hash;
    }
}
