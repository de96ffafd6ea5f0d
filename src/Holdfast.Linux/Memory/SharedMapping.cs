using System.Buffers;
using Holdfast.Linux.Interop;

namespace Holdfast.Linux.Memory;

/// <summary>
/// A shared mapping of a file as safe <see cref="Memory{T}"/>. Owned by whoever mapped it; nothing may use the memory after
/// <see cref="Dispose()"/>. Not dumped in a core file: a crash must not write sessions to disk, nor take long over it.
/// </summary>
public sealed unsafe class SharedMapping : IDisposable
{
    private readonly byte* _address;
    private readonly long _length;
    private bool _disposed;

    private SharedMapping(byte* address, long length)
    {
        _address = address;
        _length = length;
        // A span ends at 2 GiB; a ring of 1 GiB mapped twice loses the last byte of the second copy, which no window needs.
        Memory = new View(address, (int)Math.Min(length, int.MaxValue)).Memory;
    }

    public Memory<byte> Memory { get; }

    public static SharedMapping Map(Fd fd, long offset, long length, bool writable = true)
    {
        var protection = Libc.PROT_READ | (writable ? Libc.PROT_WRITE : 0);
        // A private mapping is enough to read, and works on files sealed against writing.
        var address = MapChecked(null, length, protection, writable ? Libc.MAP_SHARED : Libc.MAP_PRIVATE, fd.Number, offset);
        _ = Libc.madvise(address, (nuint)length, Libc.MADV_DONTDUMP);
        return new SharedMapping(address, length);
    }

    /// <summary>
    /// Maps a range of the file twice in a row, so that any window up to its length is one span. The address range is reserved
    /// first and never unmapped in between: no other mapping can slip in.
    /// </summary>
    public static SharedMapping MapTwice(Fd fd, long offset, long length)
    {
        var total = checked(length * 2);
        var reserved = MapChecked(null, total, Libc.PROT_NONE, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | Libc.MAP_NORESERVE, -1, 0);
        const int protection = Libc.PROT_READ | Libc.PROT_WRITE;
        MapChecked(reserved, length, protection, Libc.MAP_SHARED | Libc.MAP_FIXED, fd.Number, offset);
        MapChecked(reserved + length, length, protection, Libc.MAP_SHARED | Libc.MAP_FIXED, fd.Number, offset);
        _ = Libc.madvise(reserved, (nuint)total, Libc.MADV_DONTDUMP);
        return new SharedMapping(reserved, total);
    }

    /// <summary>Makes the pages of the range present and writable, so that a later write cannot fail for want of memory.</summary>
    public void Populate(long offset, long length)
    {
        var from = offset & ~(Environment.SystemPageSize - 1L);
        var result = Libc.madvise(_address + from, (nuint)(offset + length - from), Libc.MADV_POPULATE_WRITE);
        // Kernels before 5.14 do not know it: there the first write makes the page present.
        if (result != 0 && Sys.LastError != Errno.EINVAL)
            throw new LinuxException("madvise(MADV_POPULATE_WRITE)", Sys.LastError);
    }

    /// <summary>Drops this process' page tables for the mapping; the content stays in the file. For rings that are idle.</summary>
    public void Release() => Sys.Check("madvise(MADV_DONTNEED)", Libc.madvise(_address, (nuint)_length, Libc.MADV_DONTNEED));

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _ = Libc.munmap(_address, (nuint)_length);
    }

    private static byte* MapChecked(void* at, long length, int protection, int flags, int fd, long offset)
    {
        var address = Libc.mmap(at, (nuint)length, protection, flags, fd, offset);
        return (nint)address == -1 ? throw new LinuxException("mmap", Sys.LastError) : address;
    }

    /// <summary>Presents the mapped bytes as Memory; it owns nothing.</summary>
    private sealed class View(byte* address, int length) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan() => new(address, length);

        public override MemoryHandle Pin(int elementIndex = 0) => new(address + elementIndex);

        public override void Unpin()
        {
            // Mapped memory never moves.
        }

        protected override void Dispose(bool disposing)
        {
            // The mapping belongs to SharedMapping.
        }
    }
}
