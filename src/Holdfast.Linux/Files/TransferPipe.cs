using Holdfast.Linux.Interop;

namespace Holdfast.Linux.Files;

/// <summary>
/// The pipe through which output travels from a PTY into a ring, so that a killed reader leaves it in the kernel. One serves all
/// sessions, because one transfer at a time is in flight. Its owner is the daemon's loop; the keeper stores both ends.
/// </summary>
public sealed class TransferPipe : IDisposable
{
    private const uint SpliceMove = 1;
    private const uint SpliceNonBlocking = 2;

    private TransferPipe(Fd readEnd, Fd writeEnd)
    {
        ReadEnd = readEnd;
        WriteEnd = writeEnd;
        Capacity = Sys.Check("fcntl(F_GETPIPE_SZ)", Libc.fcntl(readEnd.Number, Libc.F_GETPIPE_SZ, 0));
    }

    public Fd ReadEnd { get; }

    public Fd WriteEnd { get; }

    public int Capacity { get; }

    public static unsafe TransferPipe Create()
    {
        var fds = stackalloc int[2];
        Sys.Check("pipe2", Libc.pipe2(fds, OpenFlags.CloseOnExec | OpenFlags.NonBlocking));
        return new TransferPipe(new Fd(fds[0]), new Fd(fds[1]));
    }

    public static TransferPipe Adopt(Fd readEnd, Fd writeEnd) => new(readEnd, writeEnd);

    /// <summary>Bytes waiting in the pipe (FIONREAD).</summary>
    public unsafe int Available
    {
        get
        {
            int n;
            Sys.Check("ioctl(FIONREAD)", Libc.ioctl(ReadEnd.Number, Libc.FIONREAD, &n));
            return n;
        }
    }

    /// <summary>Moves what <paramref name="source"/> has into the pipe without it passing through this process (splice(2)).</summary>
    public unsafe IoResult SpliceFrom(Fd source, int atMost)
    {
        nint n;
        do
            n = Libc.splice(source.Number, null, WriteEnd.Number, null, (nuint)atMost, SpliceMove | SpliceNonBlocking);
        while (Sys.Interrupted(n));
        return Sys.Io(n);
    }

    public IoResult Read(Span<byte> into) => FileSystem.Read(ReadEnd, into);

    public void Dispose()
    {
        ReadEnd.Dispose();
        WriteEnd.Dispose();
    }
}
