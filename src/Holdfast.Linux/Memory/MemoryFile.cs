using Holdfast.Linux.Interop;

namespace Holdfast.Linux.Memory;

/// <summary>Creates files that live in memory alone (memfd_create(2)) and can be handed to other processes by descriptor.</summary>
public static class MemoryFile
{
    /// <summary>A zero-filled file of a fixed size: sealed against shrinking and growing, so that no mapping of it can fault.</summary>
    /// <exception cref="LinuxException">EFBIG where the file-size limit of the process is smaller.</exception>
    public static Fd Create(string name, long bytes)
    {
        const uint flags = Libc.MFD_CLOEXEC | Libc.MFD_ALLOW_SEALING;
        var number = Libc.memfd_create(name, flags | Libc.MFD_NOEXEC_SEAL);
        // Kernels before 6.3 do not know MFD_NOEXEC_SEAL.
        if (number < 0 && Sys.LastError == Errno.EINVAL)
            number = Libc.memfd_create(name, flags);
        var fd = new Fd(Sys.Check("memfd_create", number, name));
        try
        {
            Sys.Check("ftruncate", Libc.ftruncate(fd.Number, bytes));
            const int seals = Libc.F_SEAL_SHRINK | Libc.F_SEAL_GROW | Libc.F_SEAL_SEAL;
            Sys.Check("fcntl(F_ADD_SEALS)", Libc.fcntl(fd.Number, Libc.F_ADD_SEALS, seals));
            return fd;
        }
        catch
        {
            fd.Dispose();
            throw;
        }
    }

    /// <summary>A memory file with this content, for a message too large for a socket.</summary>
    public static Fd FromBytes(string name, ReadOnlySpan<byte> content) => FromBytes(name, content, Libc.MFD_CLOEXEC);

    private static Fd FromBytes(string name, ReadOnlySpan<byte> content, uint flags)
    {
        var fd = new Fd(Sys.Check("memfd_create", Libc.memfd_create(name, flags)));
        var rest = content;
        while (rest.Length > 0)
        {
            var written = Files.FileSystem.Write(fd, rest);
            if (!written.Ok)
            {
                fd.Dispose();
                throw new LinuxException("write(memfd)", written.Error);
            }
            rest = rest[written.Count..];
        }
        return fd;
    }

    /// <summary>A memory file with this content that nobody can change any more.</summary>
    public static Fd Sealed(string name, ReadOnlySpan<byte> content)
    {
        var fd = FromBytes(name, content, Libc.MFD_CLOEXEC | Libc.MFD_ALLOW_SEALING);
        try
        {
            const int seals = Libc.F_SEAL_WRITE | Libc.F_SEAL_SHRINK | Libc.F_SEAL_GROW | Libc.F_SEAL_SEAL;
            Sys.Check("fcntl(F_ADD_SEALS)", Libc.fcntl(fd.Number, Libc.F_ADD_SEALS, seals));
            return fd;
        }
        catch
        {
            fd.Dispose();
            throw;
        }
    }

    /// <summary>The whole content of a memory file that another process sent.</summary>
    public static byte[] ReadAll(Fd fd)
    {
        var size = Files.FileSystem.Stat(fd).Size;
        // mmap refuses a length of zero.
        if (size == 0)
            return [];
        using var mapping = SharedMapping.Map(fd, 0, size, writable: false);
        return mapping.Memory.ToArray();
    }

    /// <summary>Gives the memory of a range back; it reads as zero afterwards. Allowed on sealed files.</summary>
    public static void Punch(Fd fd, long offset, long length) =>
        Sys.Check("fallocate", Libc.fallocate(fd.Number, Libc.FALLOC_FL_PUNCH_HOLE | Libc.FALLOC_FL_KEEP_SIZE, offset, length));
}
