using System.Runtime.InteropServices;

namespace Holdfast.Linux.Interop;

internal static unsafe partial class Libc
{
    public const nuint TIOCGWINSZ = 0x5413;
    public const nuint TIOCSWINSZ = 0x5414;
    public const nuint TIOCGPTN = 0x80045430;
    public const nuint TIOCSPTLCK = 0x40045431;
    public const nuint TIOCSIG = 0x40045436;
    public const nuint TIOCGPTPEER = 0x5441;
    public const uint ISIG = 1;
    public const uint IUTF8 = 0x4000;
    public const int VINTR = 0;
    public const int VQUIT = 1;
    public const int VSUSP = 10;
    public const int TCSANOW = 0;
    public const int TCSADRAIN = 1;

    /// <summary>struct termios of glibc on Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Termios
    {
        public uint InputFlags;
        public uint OutputFlags;
        public uint ControlFlags;
        public uint LocalFlags;
        public byte Line;
        public fixed byte Characters[32];
        public uint InputSpeed;
        public uint OutputSpeed;
    }

    [LibraryImport("libc", SetLastError = true)]
    public static partial int posix_openpt(int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int tcgetattr(int fd, Termios* termios);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int tcsetattr(int fd, int when, Termios* termios);

    [LibraryImport("libc")]
    public static partial void cfmakeraw(Termios* termios);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int isatty(int fd);
}
