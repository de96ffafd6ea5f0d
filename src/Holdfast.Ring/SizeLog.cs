namespace Holdfast.Ring;

/// <summary>
/// The session's recent sizes with the offsets from which they hold, so that a replay can follow them.
/// Part of a <see cref="SessionRing"/>; the daemon's loop only; lives as long as the ring.
/// </summary>
public sealed class SizeLog
{
    /// <summary>Sizes that are kept: a window dragged for some seconds makes about this many.</summary>
    public const int Kept = 128;

    // Twice what is kept: the place that is written next never holds an entry that still counts, so a kill between the stores of an
    // entry damages nothing.
    private const int Places = 2 * Kept;
    private const int EntryBytes = 2 * SharedWords.WordBytes;
    private const int CountAt = RingLayout.SizeLogAt;
    private const int EntriesAt = RingLayout.SizeLogAt + 0x40;

    private readonly SharedWords _words;

    internal SizeLog(SharedWords words) => _words = words;

    /// <summary>Sizes ever noted.</summary>
    public ulong Count => _words.Load(CountAt);

    /// <summary>Notes the size from <paramref name="offset"/> on; offsets never go back.</summary>
    public void Append(ulong offset, ushort cols, ushort rows)
    {
        var count = _words.Load(CountAt);
        if (count > 0)
            ArgumentOutOfRangeException.ThrowIfLessThan(offset, Entry(count - 1).Offset);

        // The entry first, the count last: it counts whole or not at all.
        var at = PlaceOf(count);
        _words.Store(at, offset);
        _words.Store(at + SharedWords.WordBytes, ((ulong)cols << 16) | rows);
        _words.Store(CountAt, count + 1);
    }

    /// <summary>The size at <paramref name="offset"/>, or the oldest known if that is older; all zero when none was noted.</summary>
    public SizeEntry InForceAt(ulong offset)
    {
        var count = _words.Load(CountAt);
        return count == 0 ? default : Entry(IndexInForce(offset, count));
    }

    /// <summary>The size in force at <paramref name="offset"/>, then every later one; empty when none was noted.</summary>
    public IReadOnlyList<SizeEntry> From(ulong offset)
    {
        var count = _words.Load(CountAt);
        var entries = new List<SizeEntry>();
        if (count == 0)
            return entries;
        for (var index = IndexInForce(offset, count); index < count; index++)
            entries.Add(Entry(index));
        return entries;
    }

    private ulong IndexInForce(ulong offset, ulong count)
    {
        var oldest = count > Kept ? count - Kept : 0;
        var index = count - 1;
        while (index > oldest && Entry(index).Offset > offset)
            index--;
        return index;
    }

    private SizeEntry Entry(ulong index)
    {
        var at = PlaceOf(index);
        var size = _words.Load(at + SharedWords.WordBytes);
        return new SizeEntry(_words.Load(at), (ushort)(size >> 16), (ushort)size);
    }

    private static int PlaceOf(ulong index) => EntriesAt + ((int)(index % Places) * EntryBytes);
}
