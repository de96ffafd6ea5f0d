namespace Holdfast.Ring;

/// <summary>
/// Who was reading and how far, so that a new daemon keeps those bytes until they come back.
/// Part of a <see cref="SessionRing"/>; the daemon's loop only; lives as long as the ring.
/// </summary>
public sealed class SubscriberTable
{
    /// <summary>Readers whose cursors survive; one more is served all the same, but starts anew after a restart.</summary>
    public const int SlotCount = 64;

    private const int SlotBytes = 2 * SharedWords.WordBytes;

    private readonly SharedWords _words;

    internal SubscriberTable(SharedWords words) => _words = words;

    /// <summary>Notes the cursor of <paramref name="client"/> (not 0), in its own slot if it has one; -1 when all slots are taken.</summary>
    public int Put(ulong client, ulong cursor)
    {
        ArgumentOutOfRangeException.ThrowIfZero(client);
        var free = -1;
        for (var slot = 0; slot < SlotCount; slot++)
        {
            var holder = _words.Load(ClientAt(slot));
            if (holder == client)
            {
                _words.Store(CursorAt(slot), cursor);
                return slot;
            }

            if (holder == 0 && free < 0)
                free = slot;
        }

        if (free < 0)
            return -1;

        // The client last: it is never seen with the cursor of a former holder.
        _words.Store(CursorAt(free), cursor);
        _words.Store(ClientAt(free), client);
        return free;
    }

    public void Move(int slot, ulong cursor) => _words.Store(CursorAt(slot), cursor);

    public void Remove(int slot) => _words.Store(ClientAt(slot), 0);

    public IReadOnlyList<(ulong Client, ulong Cursor)> List()
    {
        var list = new List<(ulong Client, ulong Cursor)>();
        for (var slot = 0; slot < SlotCount; slot++)
        {
            var client = _words.Load(ClientAt(slot));
            if (client != 0)
                list.Add((client, _words.Load(CursorAt(slot))));
        }

        return list;
    }

    public void Clear()
    {
        for (var slot = 0; slot < SlotCount; slot++)
            Remove(slot);
    }

    private static int ClientAt(int slot)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(slot);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(slot, SlotCount);
        return RingLayout.SubscribersAt + (slot * SlotBytes);
    }

    private static int CursorAt(int slot) => ClientAt(slot) + SharedWords.WordBytes;
}
