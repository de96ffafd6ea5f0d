namespace Holdfast.Cli.Output;

/// <summary>
/// Gathers small pieces of output into large writes: a terminal delivers 4 KiB at a time, and a system call for each costs more than the copy.
/// Owned by one printing task, which flushes whenever nothing more is at hand, so that nothing ever waits in here.
/// </summary>
internal sealed class GatheredOutput(IByteOutput output)
{
    // What a pipe takes at most in one write without waiting for its reader.
    private const int BufferBytes = 64 * 1024;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _length;

    /// <exception cref="BrokenPipeException">The reader has gone.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > BufferBytes - _length)
            Flush();
        if (bytes.Length >= BufferBytes)
        {
            output.Write(bytes);
            return;
        }

        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }

    /// <exception cref="BrokenPipeException">The reader has gone.</exception>
    public void Flush()
    {
        output.Write(_buffer.AsSpan(0, _length));
        _length = 0;
    }
}
