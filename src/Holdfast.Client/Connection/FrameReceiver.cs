using System.Net.Sockets;
using Holdfast.Protocol;
using Holdfast.Protocol.Frames;
using Holdfast.Protocol.V1;

namespace Holdfast.Client.Connection;

/// <summary>
/// Cuts what a socket delivers into frames, in place.
/// Owned by one link; used by its receive loop alone; ends with the socket.
/// </summary>
internal sealed class FrameReceiver(Socket socket, ReceiveMode mode) : IDisposable
{
    /// <summary>With less room than this a receive would return too little to be worth its call.</summary>
    private const int LeastRoom = 64 * 1024;

    private int _start;
    private int _end;

    /// <summary>The segment that holds the last payload; keep a reference before holding on to the payload.</summary>
    public ReceiveSegment Segment { get; private set; } = ReceiveSegment.Rent(ReceiveSegment.StandardBytes);

    /// <summary>The next whole frame, or false: receive more. The payload is valid until the next receive, longer if the segment is kept.</summary>
    public bool TryNext(out FrameKind kind, out ReadOnlyMemory<byte> payload)
    {
        var unread = Segment.Buffer.AsSpan(_start, _end - _start);
        switch (FrameCodec.TryRead(unread, ProtocolLimits.MaxFrameBytes, out var frame, out var consumed))
        {
            case FrameReadStatus.Frame:
                kind = frame.Kind;
                payload = Segment.Buffer.AsMemory(_start + consumed - frame.Payload.Length, frame.Payload.Length);
                _start += consumed;
                return true;
            case FrameReadStatus.NeedMore:
                kind = default;
                payload = default;
                return false;
            default:
                throw new HoldfastException(ErrorCode.ProtoMalformed, "the daemon sent something that is no frame of this protocol", null);
        }
    }

    /// <summary>Receives what there is; false at the end of the stream.</summary>
    public async ValueTask<bool> ReceiveAsync(CancellationToken cancellation)
    {
        MakeRoom();
        var received = mode.IsBlocking
            ? ReceiveBlocking()
            : await socket.ReceiveAsync(Segment.Buffer.AsMemory(_end), SocketFlags.None, cancellation);
        _end += received;
        return received > 0;
    }

    public void Dispose() => Segment.Release();

    private int ReceiveBlocking()
    {
        mode.UntilReadable(socket);
        return socket.Receive(Segment.Buffer.AsSpan(_end));
    }

    private void MakeRoom()
    {
        var unread = _end - _start;
        if (unread == 0 && Segment.IsUnshared)
        {
            _start = _end = 0;
            return;
        }

        var needed = unread + LeastRoom;
        if (unread >= FrameCodec.LengthPrefixBytes)
            needed = Math.Max(needed, FrameBytesAt(_start));
        if (Segment.Buffer.Length - _start >= needed && Segment.Buffer.Length - _end >= LeastRoom)
            return;

        var old = Segment;
        if (old.IsUnshared && old.Buffer.Length >= needed)
        {
            old.Buffer.AsSpan(_start, unread).CopyTo(old.Buffer);
        }
        else
        {
            Segment = ReceiveSegment.Rent(needed);
            old.Buffer.AsSpan(_start, unread).CopyTo(Segment.Buffer);
            old.Release();
        }

        _start = 0;
        _end = unread;
    }

    // TryNext has refused anything above the limit, so this is a small number.
    private int FrameBytesAt(int at) =>
        FrameCodec.LengthPrefixBytes + System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(Segment.Buffer.AsSpan(at));
}
