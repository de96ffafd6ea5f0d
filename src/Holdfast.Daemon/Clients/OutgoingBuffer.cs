using System.Buffers;
using Holdfast.Linux;
using Holdfast.Linux.Sockets;

namespace Holdfast.Daemon.Clients;

/// <summary>
/// What a connection's socket has not taken yet: answers, events, and at most the rest of one output frame. Memory is rented while something
/// waits and given back after. Owned by the connection, loop thread.
/// </summary>
public sealed class OutgoingBuffer(Fd fd)
{
    // A client that does not read this much of answers and events is not reading at all.
    private const int Most = 4 * 1024 * 1024;

    private byte[] _bytes = [];
    private int _start;
    private int _end;

    public bool IsEmpty => _start == _end;

    public bool Overfull => _end - _start > Most;

    /// <summary>Sends at once what the socket takes, in order; the rest waits. False: the peer is gone.</summary>
    public bool Send(ReadOnlySpan<byte> header, ReadOnlySpan<byte> body)
    {
        if (!IsEmpty)
        {
            Append(header);
            Append(body);
            return true;
        }
        var sent = UnixSocket.Send(fd, header, body);
        if (!sent.Ok && !sent.WouldBlock)
            return false;
        var count = Math.Max(sent.Count, 0);
        if (count < header.Length)
            Append(header[count..]);
        Append(body[Math.Clamp(count - header.Length, 0, body.Length)..]);
        return true;
    }

    /// <summary>The socket can take more. False: the peer is gone.</summary>
    public bool Flush()
    {
        while (!IsEmpty)
        {
            var sent = UnixSocket.Send(fd, _bytes.AsSpan(_start, _end - _start));
            if (sent.WouldBlock)
                return true;
            if (!sent.Ok)
                return false;
            _start += sent.Count;
        }
        Release();
        return true;
    }

    public void Release()
    {
        if (_bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        _start = _end = 0;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return;
        if (_end + bytes.Length > _bytes.Length)
            Grow(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(_end));
        _end += bytes.Length;
    }

    private void Grow(int more)
    {
        var waiting = _end - _start;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(4096, (waiting + more) * 3 / 2));
        _bytes.AsSpan(_start, waiting).CopyTo(larger);
        if (_bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(_bytes);
        (_bytes, _start, _end) = (larger, 0, waiting);
    }
}
