using Holdfast.Linux;
using Holdfast.Linux.Events;
using Holdfast.Linux.Files;

namespace Holdfast.DaemonRpc.Client;

/// <summary>
/// Standard output or error as the kernel has it: unbuffered, at the position that all its holders share. The class library's own stream hides a closed
/// pipe, and a command would go on for nobody. Owned by the running command; one writer at a time.
/// </summary>
internal sealed class StandardStream(int descriptor) : Stream
{
    // Not ours to close.
    private readonly Fd _fd = new(descriptor);

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var written = FileSystem.Write(_fd, buffer);
            if (written.WouldBlock)
                DescriptorPoll.Wait([new PollEntry(descriptor, Readiness.Writable)], -1);
            else if (!written.Ok)
                throw new LinuxException("write", written.Error, descriptor == 1 ? "standard output" : "standard error");
            else
                buffer = buffer[written.Count..];
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    // Nothing is ever held back.
    public override void Flush() => _ = _fd;

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
