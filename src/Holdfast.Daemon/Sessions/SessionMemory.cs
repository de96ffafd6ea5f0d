using Holdfast.Daemon.Journal;
using Holdfast.Linux;
using Holdfast.Linux.Memory;
using Holdfast.Ring;

namespace Holdfast.Daemon.Sessions;

/// <summary>
/// A session's ring and the memory file under it. Owned by the session, loop thread; the content outlives the daemon in the keeper's
/// descriptor of the same file.
/// </summary>
public sealed class SessionMemory : IDisposable
{
    // Pages are made present in steps of this, ahead of the head: small enough for an idle session, large enough to be rare.
    private const int PopulateStep = 16 * 1024;

    private readonly SharedMapping _header;
    private readonly SharedMapping _data;
    private readonly long _dataOffset;
    private ulong _populatedTo;
    private ulong _headAtTick;
    private int _quietTicks;

    private SessionMemory(Fd fd, SharedMapping header, SharedMapping data, long dataOffset, SessionRing ring)
    {
        (Fd, _header, _data, _dataOffset, Ring) = (fd, header, data, dataOffset, ring);
        _populatedTo = ring.Head;
    }

    public Fd Fd { get; }

    public SessionRing Ring { get; }

    public static SessionMemory Create(string id, ulong sessionKey, long capacity)
    {
        var fd = MemoryFile.Create($"holdfast-ring-{id}", RingLayout.FileBytes(capacity));
        var header = SharedMapping.Map(fd, 0, RingLayout.HeaderBytes);
        var data = SharedMapping.MapTwice(fd, RingLayout.HeaderBytes, capacity);
        return new SessionMemory(fd, header, data, RingLayout.HeaderBytes, SessionRing.Format(header.Memory, data.Memory, sessionKey, capacity, isBlank: true));
    }

    /// <exception cref="RingFormatException">It is no ring, or one of a later version.</exception>
    public static SessionMemory Adopt(Fd fd)
    {
        RingGeometry geometry;
        using (var first = SharedMapping.Map(fd, 0, RingLayout.Unit, writable: false))
            geometry = RingLayout.ReadGeometry(first.Memory.Span);
        var header = SharedMapping.Map(fd, 0, geometry.DataOffset);
        var data = SharedMapping.MapTwice(fd, geometry.DataOffset, geometry.Capacity);
        return new SessionMemory(fd, header, data, geometry.DataOffset, SessionRing.Open(header.Memory, data.Memory));
    }

    /// <summary>Makes sure that the next <paramref name="bytes"/> after the head can be written without asking for memory.</summary>
    public void Populate(int bytes)
    {
        var wanted = Ring.Head + (ulong)bytes;
        if (wanted <= _populatedTo)
            return;
        // Once the ring went round, every page is there.
        if (_populatedTo >= (ulong)Ring.Capacity)
        {
            _populatedTo = ulong.MaxValue;
            return;
        }
        var from = Ring.Head % (ulong)Ring.Capacity;
        var length = Math.Max(bytes, PopulateStep);
        _data.Populate((long)from, length);
        _populatedTo = Ring.Head + (ulong)length;
    }

    /// <summary>After the end: gives back the memory that holds no output.</summary>
    public void ReleaseUnused()
    {
        if (Ring.Head >= (ulong)Ring.Capacity)
            return;
        const long page = 4096;
        var used = ((long)Ring.Head + page - 1) / page * page;
        if (used < Ring.Capacity)
            MemoryFile.Punch(Fd, _dataOffset + used, Ring.Capacity - used);
        _populatedTo = Ring.Head;
    }

    /// <summary>A way to this range of output that outlives the session; its receiver closes it.</summary>
    public OutputCopy CopyOf(ulong first, ulong end) => new(Fd.Duplicate(), _dataOffset, Ring.Capacity, first, end);

    /// <summary>One tick of the daemon's; how many in a row brought no output.</summary>
    public int CountQuietTick()
    {
        _quietTicks = Ring.Head == _headAtTick ? _quietTicks + 1 : 0;
        _headAtTick = Ring.Head;
        return _quietTicks;
    }

    /// <summary>Drops this process' page tables; the output stays.</summary>
    public void ReleaseIdle()
    {
        _data.Release();
        _populatedTo = Ring.Head;
    }

    public void Dispose()
    {
        _data.Dispose();
        _header.Dispose();
        Fd.Dispose();
    }
}
