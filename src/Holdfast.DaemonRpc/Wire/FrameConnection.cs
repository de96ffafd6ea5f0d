using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using Holdfast.Linux;
using Holdfast.Linux.Sockets;

namespace Holdfast.DaemonRpc.Wire;

/// <summary>A whole frame. Its payload is valid until the next one is read.</summary>
internal readonly record struct Frame(FrameKind Kind, ReadOnlyMemory<byte> Payload);

/// <summary>
/// Frames over one connected socket. Owned by one connection; one reader at a time, any number of writers: a gate keeps their frames whole.
/// A frame that was begun is sent to its end or not at all: then the connection is of no use.
/// </summary>
internal sealed class FrameConnection(Socket socket, int maxFrameBytes) : IDisposable
{
    private const int FirstBufferBytes = 4096;

    // A reader of a stream takes what the socket's buffer holds in one call.
    private const int StreamBufferBytes = 512 * 1024;

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly byte[] _header = new byte[WireLimits.HeaderBytes];

    // A look at the socket's descriptor; the socket closes it.
    private readonly Fd _fd = new((int)socket.Handle);
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstBufferBytes);
    private int _start;
    private int _end;
    private int _disposed;

    /// <summary>Whether any byte ever came from the other side.</summary>
    public bool HeardAnything { get; private set; }

    /// <summary>The next frame, or null where the other side closed between two frames.</summary>
    /// <exception cref="WireException">Too large, of an unknown kind, or cut.</exception>
    public async ValueTask<Frame?> ReadAsync(CancellationToken cancellationToken)
    {
        while (_end - _start < WireLimits.HeaderBytes)
        {
            if (!await FillAsync(WireLimits.HeaderBytes, cancellationToken))
                return _end == _start ? null : throw new WireException(WireException.Malformed, "the connection ended within a frame's header");
        }
        var length = BinaryPrimitives.ReadUInt32BigEndian(_buffer.AsSpan(_start));
        var kind = (FrameKind)_buffer[_start + 4];
        if (!Enum.IsDefined(kind))
            throw new WireException(WireException.UnknownKind, $"a frame of the unknown kind {(byte)kind}");
        if (length == 0)
            throw new WireException(WireException.Malformed, "a frame of no length");
        if (length - 1 > (uint)maxFrameBytes)
            throw new WireException(WireException.TooLarge, $"a {kind} frame of {length} bytes, at most {maxFrameBytes} are taken");
        var whole = 4 + (int)length;
        while (_end - _start < whole)
        {
            if (!await FillAsync(whole, cancellationToken))
                throw new WireException(WireException.Malformed, $"the connection ended within a {kind} frame");
        }
        var payload = _buffer.AsMemory(_start + WireLimits.HeaderBytes, whole - WireLimits.HeaderBytes);
        _start += whole;
        return new Frame(kind, payload);
    }

    /// <summary>Sends frames that were built before.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> frames, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            await socket.SendAsync(frames, CancellationToken.None);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Sends bytes as chunks at once; returns when the kernel has them, which a slow reader delays.</summary>
    public async ValueTask SendChunksAsync(FrameKind kind, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            var part = bytes[..Math.Min(bytes.Length, WireLimits.MaxChunkBytes)];
            bytes = bytes[part.Length..];
            await _gate.WaitAsync(cancellationToken);
            try
            {
                var sent = SendNow(kind, part.Span);
                if (sent < WireLimits.HeaderBytes + part.Length)
                    await SendRestAsync(kind, part, sent);
            }
            finally
            {
                _gate.Release();
            }
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        // The buffer is not given back: a read that this ends may still write to it.
        socket.Dispose();
    }

    // Out of the handler's own memory, header and bytes in one call. The class library would want both in one piece, or allocate and pin for two:
    // a copy of every byte is what a stream has the least time for.
    private int SendNow(FrameKind kind, ReadOnlySpan<byte> part)
    {
        Span<byte> header = stackalloc byte[WireLimits.HeaderBytes];
        WriteHeader(header, kind, part.Length);
        var handle = socket.SafeHandle;
        var held = false;
        try
        {
            // The number must not become another connection's meanwhile.
            handle.DangerousAddRef(ref held);
            var result = UnixSocket.Send(_fd, header, part);
            if (result.Ok)
                return result.Count;
            return result.WouldBlock ? 0 : throw new SocketException((int)SocketError.ConnectionReset, $"send: {result.Error}");
        }
        finally
        {
            if (held)
                handle.DangerousRelease();
        }
    }

    // The socket's buffer is full: the class library waits for room.
    private async ValueTask SendRestAsync(FrameKind kind, ReadOnlyMemory<byte> part, int sent)
    {
        if (sent < WireLimits.HeaderBytes)
        {
            WriteHeader(_header, kind, part.Length);
            await socket.SendAsync(_header.AsMemory(sent), CancellationToken.None);
            sent = WireLimits.HeaderBytes;
        }
        await socket.SendAsync(part[(sent - WireLimits.HeaderBytes)..], CancellationToken.None);
    }

    private static void WriteHeader(Span<byte> into, FrameKind kind, int payload)
    {
        BinaryPrimitives.WriteInt32BigEndian(into, payload + 1);
        into[4] = (byte)kind;
    }

    private async ValueTask<bool> FillAsync(int whole, CancellationToken cancellationToken)
    {
        if (_start == _end)
            _start = _end = 0;
        if (_buffer.Length - _start < whole || _end == _buffer.Length)
            Rearrange(whole);
        var received = await socket.ReceiveAsync(_buffer.AsMemory(_end), cancellationToken);
        HeardAnything |= received > 0;
        _end += received;
        return received > 0;
    }

    private void Rearrange(int whole)
    {
        var held = _buffer.AsSpan(_start, _end - _start);
        // Small frames never cost more than the first buffer; the first large one shows that a stream comes.
        var wanted = whole > FirstBufferBytes ? Math.Max(whole, StreamBufferBytes) : FirstBufferBytes;
        if (_buffer.Length >= wanted)
        {
            held.CopyTo(_buffer);
        }
        else
        {
            var larger = ArrayPool<byte>.Shared.Rent(wanted);
            held.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
        _end -= _start;
        _start = 0;
    }
}
