using Holdfast.Linux.Files;
using Holdfast.Linux.Interop;

namespace Holdfast.Linux.Pty;

/// <summary>
/// The master side of a pseudo-terminal: where a session's output is read and its input written.
/// Owns its descriptor; used by the loop's thread alone. O_NONBLOCK is set at birth and shared by every duplicate.
/// </summary>
public sealed class PtyMaster(Fd fd) : IDisposable
{
    public Fd Fd { get; } = fd;

    /// <summary>The number N of the slave's /dev/pts/N, for people.</summary>
    public unsafe int Index
    {
        get
        {
            int number;
            Sys.Check("ioctl(TIOCGPTN)", Libc.ioctl(Fd.Number, Libc.TIOCGPTN, &number));
            return number;
        }
    }

    /// <summary>Reads output. EIO says that no process holds the slave at this moment; it is not final (a re-open clears it).</summary>
    public IoResult Read(Span<byte> into) => FileSystem.Read(Fd, into);

    /// <summary>Writes input; EAGAIN where the terminal's input queue is full.</summary>
    public IoResult Write(ReadOnlySpan<byte> input) => FileSystem.Write(Fd, input);

    /// <summary>Bytes of input that wait for the program, as its side tells (FIONREAD); in canonical mode whole lines alone count.</summary>
    public static unsafe int UnreadInput(Fd slave)
    {
        int n;
        return Libc.ioctl(slave.Number, Libc.FIONREAD, &n) == 0 ? n : 0;
    }

    /// <summary>Sets the size; the kernel sends SIGWINCH to the foreground process group where it changed.</summary>
    public unsafe void Resize(WindowSize size)
    {
        var value = stackalloc ushort[4] { size.Rows, size.Columns, 0, 0 };
        Sys.Check("ioctl(TIOCSWINSZ)", Libc.ioctl(Fd.Number, Libc.TIOCSWINSZ, value));
    }

    public unsafe WindowSize Size
    {
        get
        {
            var value = stackalloc ushort[4];
            Sys.Check("ioctl(TIOCGWINSZ)", Libc.ioctl(Fd.Number, Libc.TIOCGWINSZ, value));
            return new WindowSize(value[1], value[0]);
        }
    }

    /// <summary>
    /// Where <paramref name="key"/> is the terminal's interrupt, quit or suspend character and the program has not turned signals
    /// off: raises that signal in the foreground process group, past a full input queue (TIOCSIG). False where it is an ordinary byte.
    /// </summary>
    public unsafe bool TryRaiseSignalOf(byte key)
    {
        Libc.Termios termios;
        if (Libc.tcgetattr(Fd.Number, &termios) != 0 || (termios.LocalFlags & Libc.ISIG) == 0)
            return false;
        var signal = SignalOf(&termios, key);
        return signal != 0 && Libc.ioctl(Fd.Number, Libc.TIOCSIG, signal) == 0;
    }

    private static unsafe int SignalOf(Libc.Termios* termios, byte key)
    {
        // 0 is _POSIX_VDISABLE: a character that is switched off.
        if (key == 0)
            return 0;
        if (key == termios->Characters[Libc.VINTR])
            return Processes.Signals.Int;
        if (key == termios->Characters[Libc.VQUIT])
            return Processes.Signals.Quit;
        return key == termios->Characters[Libc.VSUSP] ? Processes.Signals.TerminalStop : 0;
    }

    // The kernel then erases a whole UTF-8 character on backspace in canonical mode (termios(3), IUTF8).
    internal unsafe void UseUtf8()
    {
        Libc.Termios termios;
        Sys.Check("tcgetattr", Libc.tcgetattr(Fd.Number, &termios));
        termios.InputFlags |= Libc.IUTF8;
        Sys.Check("tcsetattr", Libc.tcsetattr(Fd.Number, Libc.TCSANOW, &termios));
    }

    public void Dispose() => Fd.Dispose();
}
