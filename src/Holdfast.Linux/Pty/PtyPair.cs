using Holdfast.Linux.Interop;

namespace Holdfast.Linux.Pty;

/// <summary>
/// A new pseudo-terminal: the master, non-blocking, and its slave (pty(7)). Both are close-on-exec and neither becomes the
/// controlling terminal of the process that opens them. The caller disposes both.
/// </summary>
public readonly record struct PtyPair(PtyMaster Master, Fd Slave)
{
    /// <summary>Opens a pair of the given size. The slave comes from the master's descriptor (TIOCGPTPEER), never from a path.</summary>
    /// <exception cref="LinuxException">ENOSPC where the system has no PTY left.</exception>
    public static unsafe PtyPair Open(WindowSize size)
    {
        const int flags = OpenFlags.ReadWrite | OpenFlags.NoControllingTerminal | OpenFlags.CloseOnExec;
        var fd = new Fd(Sys.Check("posix_openpt", Libc.posix_openpt(flags | OpenFlags.NonBlocking)));
        Fd? slave = null;
        try
        {
            var unlocked = 0;
            Sys.Check("ioctl(TIOCSPTLCK)", Libc.ioctl(fd.Number, Libc.TIOCSPTLCK, &unlocked));
            slave = new Fd(Sys.Check("ioctl(TIOCGPTPEER)", Libc.ioctl(fd.Number, Libc.TIOCGPTPEER, flags)));
            var master = new PtyMaster(fd);
            master.Resize(size);
            master.UseUtf8();
            return new PtyPair(master, slave);
        }
        catch
        {
            slave?.Dispose();
            fd.Dispose();
            throw;
        }
    }
}
