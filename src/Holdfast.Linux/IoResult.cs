namespace Holdfast.Linux;

/// <summary>What a non-blocking transfer did: bytes moved, or why none were.</summary>
/// <param name="Count">Bytes moved; 0 at end of file; -1 with an error.</param>
/// <param name="Error"><see cref="Errno.None"/> where bytes moved. Never EINTR: that is retried in one place.</param>
public readonly record struct IoResult(int Count, Errno Error)
{
    public bool Ok => Error == Errno.None;

    public bool WouldBlock => Error == Errno.EAGAIN;

    /// <summary>The peer is gone, in one of the ways the kernel says so.</summary>
    public bool Disconnected => Error is Errno.ECONNRESET or Errno.EPIPE or Errno.ENOTCONN;
}
