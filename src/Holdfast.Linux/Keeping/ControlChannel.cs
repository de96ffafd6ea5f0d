using Holdfast.Linux.Events;
using Holdfast.Linux.Sockets;

namespace Holdfast.Linux.Keeping;

/// <summary>Hears what the other side of a control channel sends.</summary>
public interface IControlListener
{
    /// <summary>One message; its descriptors now belong to the listener.</summary>
    void OnMessage(ControlMessage message, List<Fd> descriptors);

    /// <summary>Nothing more will come. That the peer is dead is for its pidfd to say, not for this.</summary>
    void OnChannelClosed(string reason);
}

/// <summary>
/// One side of the control channel on a loop: sends in order, holds back what the socket cannot take yet, and hands on what arrives.
/// Owned by the keeper's or the daemon's loop; that thread alone. Descriptors to send are kept by their owner, who must not
/// dispose them before the answer.
/// </summary>
public sealed class ControlChannel : IReadyHandler, IDisposable
{
    // A socket holds about 278 small messages (measured); the rest waits here. Past this the peer does not read at all.
    private const int MaxQueued = 65536;

    private readonly FdChannel _channel;
    private readonly IControlListener _listener;
    private readonly Registration _registration;
    private readonly Queue<(byte[] Bytes, Fd[] Descriptors)> _outgoing = new();
    private readonly byte[] _buffer = new byte[ControlMessage.MaxBytes];
    private bool _peerGone;
    private bool _closed;

    public ControlChannel(Reactor reactor, FdChannel channel, IControlListener listener)
    {
        _channel = channel;
        _listener = listener;
        _registration = reactor.Add(channel.Fd, Readiness.Readable, this);
    }

    public bool Closed => _closed;

    /// <summary>Messages that the socket could not take yet; their descriptors must stay open.</summary>
    public int Backlog => _closed ? 0 : _outgoing.Count;

    public void Send(ControlMessage message, params ReadOnlySpan<Fd> descriptors)
    {
        if (_closed || _peerGone)
            return;
        var bytes = (message with { Descriptors = descriptors.Length }).Encode();
        if (bytes.Length > ControlMessage.MaxBytes)
            throw new ArgumentException($"A control message of {bytes.Length} bytes is larger than {ControlMessage.MaxBytes}.", nameof(message));
        if (_outgoing.Count >= MaxQueued)
        {
            Close("the peer does not read");
            return;
        }
        _outgoing.Enqueue((bytes, descriptors.ToArray()));
        Flush();
    }

    public void OnReady(Readiness events)
    {
        if ((events & Readiness.Writable) != 0)
            Flush();
        // A bounded number a turn; what is left keeps the descriptor readable.
        for (var i = 0; i < 64 && !_closed; i++)
        {
            if (!ReceiveOne())
                return;
        }
    }

    public void Dispose()
    {
        _closed = true;
        _registration.Dispose();
        _channel.Dispose();
    }

    private bool ReceiveOne()
    {
        var descriptors = new List<Fd>();
        var received = _channel.Receive(_buffer, descriptors);
        if (received.Result.WouldBlock)
            return false;
        // A peer that died with messages of ours unread is reported once, before what it sent itself: that is still in the queue.
        if (received.Result.Disconnected && !_peerGone)
        {
            PeerGone();
            return true;
        }
        if (!received.Result.Ok || received.Result.Count == 0)
        {
            Close(received.Result.Ok ? "end of file" : received.Result.Error.ToString());
            return false;
        }
        ControlMessage message;
        try
        {
            message = ControlMessage.Decode(_buffer.AsSpan(0, received.Result.Count));
        }
        catch (FormatException e)
        {
            Discard(descriptors);
            Close(e.Message);
            return false;
        }
        if (received.Truncated || descriptors.Count != message.Descriptors)
        {
            Discard(descriptors);
            Close($"{message.Kind} {message.Name} came with {descriptors.Count} of {message.Descriptors} descriptors");
            return false;
        }
        _listener.OnMessage(message, descriptors);
        return true;
    }

    private void Flush()
    {
        while (_outgoing.TryPeek(out var next))
        {
            var sent = _channel.Send(next.Bytes, next.Descriptors);
            if (sent.Error is Errno.EAGAIN or Errno.ETOOMANYREFS or Errno.ENOBUFS)
                break;
            if (sent.Disconnected)
            {
                PeerGone();
                return;
            }
            if (!sent.Ok)
            {
                Close(sent.Error.ToString());
                return;
            }
            _outgoing.Dequeue();
        }
        if (!_closed)
            _registration.Change(_outgoing.Count > 0 ? Readiness.Readable | Readiness.Writable : Readiness.Readable);
    }

    // Nothing can be sent any more; what the peer sent before it died is read until the end of file closes the channel.
    private void PeerGone()
    {
        _peerGone = true;
        _outgoing.Clear();
        _registration.Change(Readiness.Readable);
    }

    private void Close(string reason)
    {
        if (_closed)
            return;
        _closed = true;
        _registration.Dispose();
        _listener.OnChannelClosed(reason);
    }

    private static void Discard(List<Fd> descriptors)
    {
        foreach (var fd in descriptors)
            fd.Dispose();
    }
}
