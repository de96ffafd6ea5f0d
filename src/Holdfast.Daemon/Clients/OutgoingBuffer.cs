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
    public bool Send(ReadOnlySpan<byte> header, ReadOnlySpan<byte> body, ReadOnlySpan<byte> trailer = default)
    {
        var sent = 0;
        if (IsEmpty)
        {
            var result = UnixSocket.Send(fd, header, body, trailer);
            if (!result.Ok && !result.WouldBlock)
                return false;
            sent = Math.Max(result.Count, 0);
        }
        AppendRest(header, ref sent);
        AppendRest(body, ref sent);
        AppendRest(trailer, ref sent);
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

    // Of what is not sent yet, which begins `sent` bytes behind the part's first.
    private void AppendRest(ReadOnlySpan<byte> part, ref int sent)
    {
        var done = Math.Min(sent, part.Length);
        Append(part[done..]);
        sent -= done;
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
