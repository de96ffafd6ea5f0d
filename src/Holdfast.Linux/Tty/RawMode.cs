using Holdfast.Linux.Interop;
using Holdfast.Linux.Pty;

namespace Holdfast.Linux.Tty;

/// <summary>
/// The user's own terminal in raw mode for as long as this lives (cfmakeraw(3)); disposing restores what was there before.
/// Owned by the attach command; <see cref="Restore"/> may be called from any thread, any number of times.
/// </summary>
public sealed class RawMode : IDisposable
{
    private readonly int _fd;
    private Libc.Termios _before;
    private int _restored;

    private RawMode(int fd, Libc.Termios before)
    {
        _fd = fd;
        _before = before;
    }

    public static unsafe RawMode Enter(int fd)
    {
        Libc.Termios termios;
        Sys.Check("tcgetattr", Libc.tcgetattr(fd, &termios));
        var raw = new RawMode(fd, termios);
        Libc.cfmakeraw(&termios);
        Sys.Check("tcsetattr", Libc.tcsetattr(fd, Libc.TCSADRAIN, &termios));
        return raw;
    }

    public unsafe void Restore()
    {
        if (Interlocked.Exchange(ref _restored, 1) != 0)
            return;
        fixed (Libc.Termios* before = &_before)
            _ = Libc.tcsetattr(_fd, Libc.TCSADRAIN, before);
    }

    public static bool IsTerminal(int fd) => Libc.isatty(fd) == 1;

    public static bool IsTerminal(Fd fd) => IsTerminal(fd.Number);

    /// <summary>Size of the terminal behind <paramref name="fd"/>, or null where it has none.</summary>
    public static unsafe WindowSize? SizeOf(int fd)
    {
        var value = stackalloc ushort[4];
        if (Libc.ioctl(fd, Libc.TIOCGWINSZ, value) != 0 || value[0] == 0 || value[1] == 0)
            return null;
        return new WindowSize(value[1], value[0]);
    }

    public void Dispose() => Restore();
}
