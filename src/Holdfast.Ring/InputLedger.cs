namespace Holdfast.Ring;

/// <summary>
/// Which of each client's input reached the PTY, exact through a daemon killed in mid-write.
/// Part of a <see cref="SessionRing"/>; the daemon's loop only; lives as long as the ring.
/// </summary>
/// <remarks>
/// Phases of the one intent, each stored after everything it vouches for:
/// <code>
/// None     the slots are the truth
/// Writing  {slot, base, length}: the write may or may not have happened
/// Written  + written: the write's result is known, the slot may not show it yet
/// </code>
/// Base is copied into the intent, so completing it twice gives the same as once.
/// A slot belongs to its client until another client is opened: call <see cref="Open"/> before each <see cref="Begin"/>.
/// </remarks>
public sealed class InputLedger
{
    /// <summary>Clients that are remembered: input comes from few, and the least recently used gives way.</summary>
    public const int SlotCount = 32;

    private const ulong None = 0;
    private const ulong Writing = 1;
    private const ulong Written = 2;

    private const int PhaseAt = RingLayout.InputLedgerAt;
    private const int IntentSlotAt = PhaseAt + SharedWords.WordBytes;
    private const int IntentBaseAt = IntentSlotAt + SharedWords.WordBytes;
    private const int IntentLengthAt = IntentBaseAt + SharedWords.WordBytes;
    private const int IntentWrittenAt = IntentLengthAt + SharedWords.WordBytes;

    private const int SlotsAt = RingLayout.InputLedgerAt + 0x40;
    private const int SlotBytes = 4 * SharedWords.WordBytes;
    private const int ClientIn = 0;
    private const int AcceptedIn = SharedWords.WordBytes;
    private const int UncertainIn = 2 * SharedWords.WordBytes;
    private const int UsedIn = 3 * SharedWords.WordBytes;

    private readonly SharedWords _words;

    // The slot that was opened last, which nearly always is opened again: for each key several times.
    private int _newest = -1;

    internal InputLedger(SharedWords words)
    {
        _words = words;
        if (words.Load(PhaseAt) is var phase and > Written)
            throw RingFormatException.BadNumber("input phase", phase);
        if (words.Load(IntentSlotAt) is var slot and >= SlotCount)
            throw RingFormatException.BadNumber("input slot", slot);
    }

    /// <summary>The slot of <paramref name="client"/> (not 0): its own, a free one, or that of the least recently used other.</summary>
    public int Open(ulong client)
    {
        ArgumentOutOfRangeException.ThrowIfZero(client);
        if (_newest >= 0 && _words.Load(At(_newest, ClientIn)) == client)
            return _newest;
        var (slot, newestUse) = Choose(client);
        if (_words.Load(At(slot, ClientIn)) != client)
        {
            // Nobody's while its fields change: a kill in between must not give one client another's numbers.
            _words.Store(At(slot, ClientIn), 0);
            _words.Store(At(slot, AcceptedIn), 0);
            _words.Store(At(slot, UncertainIn), 0);
            _words.Store(At(slot, ClientIn), client);
        }

        _words.Store(At(slot, UsedIn), newestUse + 1);
        _newest = slot;
        return slot;
    }

    /// <summary>Input bytes of the slot's client that were handed to the PTY.</summary>
    public ulong Accepted(int slot) => _words.Load(At(slot, AcceptedIn));

    /// <summary>How many of the last accepted bytes may or may not have arrived, because a daemon was killed while it wrote them.</summary>
    public ulong Uncertain(int slot) => _words.Load(At(slot, UncertainIn));

    /// <summary>Announces a write of <paramref name="length"/> bytes; to be called directly before it.</summary>
    public void Begin(int slot, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        var accepted = Accepted(slot);
        if (_words.Load(PhaseAt) != None)
            throw new InvalidOperationException("An input write is already under way. Complete or recover it first.");
        _words.Store(IntentSlotAt, (ulong)slot);
        _words.Store(IntentBaseAt, accepted);
        _words.Store(IntentLengthAt, (ulong)length);
        _words.Store(PhaseAt, Writing);
    }

    /// <summary>Notes how many bytes the announced write took: 0 where the PTY was full.</summary>
    public void Complete(int slot, int written)
    {
        if (_words.Load(PhaseAt) != Writing || _words.Load(IntentSlotAt) != (ulong)slot)
            throw new InvalidOperationException("No input write of this slot is under way. Begin it first.");
        ArgumentOutOfRangeException.ThrowIfNegative(written);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((ulong)written, _words.Load(IntentLengthAt));

        // From the store of the phase on the result is known for good; a kill before it leaves the whole length uncertain.
        _words.Store(IntentWrittenAt, (ulong)written);
        _words.Store(PhaseAt, Written);
        Settle(slot, _words.Load(IntentBaseAt) + (ulong)written, uncertain: 0);
    }

    /// <summary>Completes what a killed daemon began. True where bytes became uncertain. May itself be killed and repeated.</summary>
    public bool Recover()
    {
        var phase = _words.Load(PhaseAt);
        if (phase == None)
            return false;
        var certain = phase == Written;
        var length = _words.Load(certain ? IntentWrittenAt : IntentLengthAt);
        var uncertain = certain ? 0 : length;
        Settle((int)_words.Load(IntentSlotAt), _words.Load(IntentBaseAt) + length, uncertain);
        return uncertain > 0;
    }

    // The phase last: killed before it, the next daemon settles the same numbers again.
    private void Settle(int slot, ulong accepted, ulong uncertain)
    {
        _words.Store(At(slot, AcceptedIn), accepted);
        _words.Store(At(slot, UncertainIn), uncertain);
        _words.Store(PhaseAt, None);
    }

    private (int Slot, ulong NewestUse) Choose(ulong client)
    {
        var busy = _words.Load(PhaseAt) == None ? -1 : (int)_words.Load(IntentSlotAt);
        var (own, oldest, oldestUse, newestUse) = (-1, -1, ulong.MaxValue, 0UL);
        for (var slot = 0; slot < SlotCount; slot++)
        {
            var holder = _words.Load(At(slot, ClientIn));
            if (holder == client)
                own = slot;

            // A free slot counts as used before all others, whatever a former holder left in it.
            var use = holder == 0 ? 0 : _words.Load(At(slot, UsedIn));
            newestUse = Math.Max(newestUse, use);
            if (slot != busy && use < oldestUse)
                (oldest, oldestUse) = (slot, use);
        }

        return (own >= 0 ? own : oldest, newestUse);
    }

    private static int At(int slot, int field)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(slot);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(slot, SlotCount);
        return SlotsAt + (slot * SlotBytes) + field;
    }
}
