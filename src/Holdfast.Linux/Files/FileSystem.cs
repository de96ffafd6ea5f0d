using System.Buffers.Binary;
using Holdfast.Linux.Interop;

namespace Holdfast.Linux.Files;

/// <summary>Facts of a file as statx(2) tells them.</summary>
public readonly record struct FileFacts(ushort Mode, uint Owner, ulong Inode, ulong Device, uint Links, long Size)
{
    public bool IsDirectory => (Mode & 0xF000) == 0x4000;

    public bool IsSymlink => (Mode & 0xF000) == 0xA000;

    public bool IsRegular => (Mode & 0xF000) == 0x8000;

    public bool IsSocket => (Mode & 0xF000) == 0xC000;

    public int Permissions => Mode & 0xFFF;

    public bool SameFile(FileFacts other) => Inode == other.Inode && Device == other.Device;
}

/// <summary>Calls on paths that the class library lacks or does with another meaning: explicit modes, no links followed, typed errors.</summary>
public static class FileSystem
{
    private const int NoFollow = 0x100;     // AT_SYMLINK_NOFOLLOW
    private const int EmptyPath = 0x1000;   // AT_EMPTY_PATH
    private const uint BasicStats = 0x7ff;  // STATX_BASIC_STATS

    /// <summary>Facts of the path itself, a symlink included; the error where there are none.</summary>
    public static Errno TryStat(string path, out FileFacts facts) => Statx(Libc.AT_FDCWD, path, NoFollow, out facts);

    public static FileFacts Stat(Fd fd) =>
        Statx(fd.Number, "", EmptyPath, out var facts) is var e && e == Errno.None ? facts : throw new LinuxException("statx", e);

    public static Fd Open(string path, int flags, uint mode = 0) =>
        new(Sys.Check("open", Libc.open(path, flags | OpenFlags.CloseOnExec | OpenFlags.NoControllingTerminal, mode), path));

    /// <summary>Takes an exclusive flock(2) without waiting; false where another open file has it.</summary>
    public static bool TryLock(Fd fd)
    {
        if (Libc.flock(fd.Number, Libc.LOCK_EX | Libc.LOCK_NB) == 0)
            return true;
        var error = Sys.LastError;
        return error == Errno.EAGAIN ? false : throw new LinuxException("flock", error);
    }

    public static Errno MakeDirectory(string path, uint mode) => Result(Libc.mkdir(path, mode));

    public static Errno Link(string from, string to) => Result(Libc.link(from, to));

    public static Errno Rename(string from, string to) => Result(Libc.rename(from, to));

    public static Errno Unlink(string path) => Result(Libc.unlink(path));

    public static Errno RemoveDirectory(string path) => Result(Libc.rmdir(path));

    /// <summary>Sets the mode, past the umask of whoever started this process.</summary>
    public static Errno ChangeMode(string path, uint mode) => Result(Libc.chmod(path, mode));

    public static void ChangeDirectory(string path) => Sys.Check("chdir", Libc.chdir(path), path);

    /// <summary>Whether this process may execute (1), write (2) or read (4) the path (access(2)).</summary>
    public static Errno Access(string path, int mode) => Result(Libc.access(path, mode));

    public static void Synchronize(Fd fd) => Sys.Check("fsync", Libc.fsync(fd.Number));

    public static unsafe IoResult Write(Fd fd, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* p = bytes)
        {
            nint n;
            do
                n = Libc.write(fd.Number, p, (nuint)bytes.Length);
            while (Sys.Interrupted(n));
            return Sys.Io(n);
        }
    }

    public static unsafe IoResult Read(Fd fd, Span<byte> into)
    {
        fixed (byte* p = into)
        {
            nint n;
            do
                n = Libc.read(fd.Number, p, (nuint)into.Length);
            while (Sys.Interrupted(n));
            return Sys.Io(n);
        }
    }

    /// <summary>Reads from a position, which the descriptor's own is not changed by (pread(2)).</summary>
    public static unsafe IoResult ReadAt(Fd fd, Span<byte> into, long offset)
    {
        fixed (byte* p = into)
        {
            nint n;
            do
                n = Libc.pread(fd.Number, p, (nuint)into.Length, offset);
            while (Sys.Interrupted(n));
            return Sys.Io(n);
        }
    }

    /// <summary>Makes <paramref name="fd"/> also known as the number <paramref name="target"/>, open across exec (dup2(2)).</summary>
    public static void InstallAs(Fd fd, int target)
    {
        // dup2 onto itself leaves the close-on-exec flag as it is.
        if (fd.Number == target)
            fd.SetCloseOnExec(false);
        else
            Sys.Check("dup2", Libc.dup2(fd.Number, target));
    }

    private static Errno Result(int result) => result == 0 ? Errno.None : Sys.LastError;

    // struct statx: mode at 28, owner at 20, links at 16, inode at 32, size at 40, device major and minor at 136 and 140.
    private static unsafe Errno Statx(int directory, string path, int flags, out FileFacts facts)
    {
        Span<byte> s = stackalloc byte[256];
        fixed (byte* p = s)
        {
            if (Libc.statx(directory, path, flags, BasicStats, p) != 0)
            {
                facts = default;
                return Sys.LastError;
            }
        }
        facts = new FileFacts(
            BinaryPrimitives.ReadUInt16LittleEndian(s[28..]),
            BinaryPrimitives.ReadUInt32LittleEndian(s[20..]),
            BinaryPrimitives.ReadUInt64LittleEndian(s[32..]),
            ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(s[136..]) << 32) | BinaryPrimitives.ReadUInt32LittleEndian(s[140..]),
            BinaryPrimitives.ReadUInt32LittleEndian(s[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(s[40..]));
        return Errno.None;
    }
}
