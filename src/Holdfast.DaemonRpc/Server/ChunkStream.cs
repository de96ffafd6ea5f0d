using System.Net.Sockets;
using Holdfast.DaemonRpc.Wire;

namespace Holdfast.DaemonRpc.Server;

/// <summary>
/// A handler's output: each write becomes chunks that are sent at once, and waits for the client's side. Keeps nothing. Owned by one command; any thread;
/// after its command's end writes fail, so that an abandoned handler ends.
/// </summary>
internal sealed class ChunkStream(FrameConnection connection, FrameKind kind) : Stream
{
    private volatile bool _closed;
    private volatile bool _broken;

    /// <summary>A write found the client gone.</summary>
    public bool Broken => _broken;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_closed)
            throw new IOException("the command has ended: nobody reads its output");
        try
        {
            await connection.SendChunksAsync(kind, buffer, cancellationToken);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            _broken = true;
            throw new IOException("the client has left: nobody reads the output", e);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Flush() => ObjectDisposedException.ThrowIf(_closed, this);

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>No write reaches the client from here on.</summary>
    internal void End() => _closed = true;
}
