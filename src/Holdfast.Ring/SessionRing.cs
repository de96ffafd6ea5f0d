namespace Holdfast.Ring;

/// <summary>
/// The bytes a session produced, by absolute offset, and what must outlive the daemon beside them.
/// The session owns it and another room the mapping; the daemon's loop only; lives until the session is removed, through many daemons.
/// </summary>
/// <remarks>
/// Offsets count every byte ever produced and are never reused. The data is mapped twice in a row, so a window that wraps is one span.
/// Order for the killed: bytes first, then <see cref="Publish"/>. What lies beyond <see cref="Head"/> is nobody's, so a kill before
/// the one store of head leaves the ring as it was, and a kill after it leaves the bytes complete.
/// </remarks>
public sealed class SessionRing
{
    private readonly Memory<byte> _header;
    private readonly Memory<byte> _data;
    private readonly SharedWords _words;
    private readonly ulong _mask;

    private SessionRing(Memory<byte> header, Memory<byte> data, RingGeometry geometry)
    {
        _header = header;
        _data = data;
        _words = new SharedWords(header);
        _mask = (ulong)geometry.Capacity - 1;
        Capacity = geometry.Capacity;
        SessionKey = geometry.SessionKey;
        LayoutVersion = geometry.Version;
        Sizes = new SizeLog(_words);
        Input = new InputLedger(_words);
        Subscribers = new SubscriberTable(_words);
        Checkpoints = new CheckpointSlots(header.Slice(RingLayout.Unit, (int)RingLayout.SlotsBytes), geometry.SlotCount);
    }

    public ulong SessionKey { get; }

    /// <summary>Of the version that made it: whoever takes over must be able to read this one.</summary>
    public uint LayoutVersion { get; }

    public long Capacity { get; }

    /// <summary>Bytes ever produced: the offset of the next one.</summary>
    public ulong Head => _words.Load(RingLayout.HeadAt);

    /// <summary>The oldest offset still held. Head - capacity, or a little later where a write window reached beyond head.</summary>
    public ulong RetainedFrom
    {
        get
        {
            var reached = Math.Max(Head, _words.Load(RingLayout.ReachedAt));
            return reached <= (ulong)Capacity ? 0 : reached - (ulong)Capacity;
        }
    }

    /// <summary>Queries below this offset were answered by a daemon: store before answering, never answer below it.</summary>
    public ulong AnsweredTo
    {
        get => _words.Load(RingLayout.AnsweredToAt);
        set => _words.Store(RingLayout.AnsweredToAt, value);
    }

    /// <summary>A client's terminal was attached, and answered queries itself, when this was last stored.</summary>
    public bool TerminalAttached
    {
        get => _words.Load(RingLayout.TerminalAttachedAt) != 0;
        set => _words.Store(RingLayout.TerminalAttachedAt, value ? 1ul : 0);
    }

    public SizeLog Sizes { get; }

    public InputLedger Input { get; }

    public SubscriberTable Subscribers { get; }

    public CheckpointSlots Checkpoints { get; }

    /// <summary>Makes an empty ring. A kill before the last store, the magic, leaves memory that <see cref="Open"/> refuses.</summary>
    public static SessionRing Format(Memory<byte> header, Memory<byte> data, ulong sessionKey, long capacity, bool isBlank = false)
    {
        if (!RingLayout.IsValidCapacity(capacity))
            throw new ArgumentOutOfRangeException(nameof(capacity), capacity, "A ring's capacity is a power of two from 64 KiB to 1 GiB.");
        CheckMapping(header, data, capacity);

        // The magic goes first: memory that is formatted anew must not look like the old ring while its fields change.
        var words = new SharedWords(header);
        words.Store(RingLayout.MagicAt, 0);
        // Fresh memory is zero already, and a page that is not written costs nothing: 52 KiB a session.
        if (!isBlank)
            header.Span[SharedWords.WordBytes..RingLayout.Unit].Clear();
        words.Store(RingLayout.VersionAt, RingLayout.Version);
        words.Store(RingLayout.CapacityAt, (ulong)capacity);
        words.Store(RingLayout.DataOffsetAt, (ulong)RingLayout.HeaderBytes);
        words.Store(RingLayout.SessionKeyAt, sessionKey);
        words.Store(RingLayout.SlotCountAt, RingLayout.SlotCount);
        words.Store(RingLayout.SlotBytesAt, RingLayout.SlotBytes);
        words.Store(RingLayout.MagicAt, RingLayout.Magic);
        return Open(header, data);
    }

    /// <summary>Makes an empty ring go on where a lost one ended: it holds [<paramref name="first"/>, <paramref name="head"/>), to be filled by <see cref="Fill"/>.</summary>
    public void BeginAt(ulong first, ulong head)
    {
        if (Head != 0 || _words.Load(RingLayout.ReachedAt) != 0)
            throw new InvalidOperationException("The ring holds output already.");
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, head);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(head - first, (ulong)Capacity);
        _words.Store(RingLayout.ReachedAt, first + (ulong)Capacity);
        _words.Store(RingLayout.HeadAt, head);
        // Whatever asked for an answer is gone.
        AnsweredTo = head;
    }

    /// <summary>Puts back output that ends at the head: from now on that, and nothing else, is held.</summary>
    public void Fill(ReadOnlySpan<byte> output)
    {
        var head = Head;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(output.Length, Capacity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((ulong)output.Length, head);
        var first = head - (ulong)output.Length;
        output.CopyTo(Window(first, output.Length).Span);
        _words.Store(RingLayout.ReachedAt, first + (ulong)Capacity);
    }

    /// <exception cref="RingFormatException">The memory is no ring that this version can read.</exception>
    public static SessionRing Open(Memory<byte> header, Memory<byte> data)
    {
        var geometry = RingLayout.ReadGeometry(header.Span);
        CheckMapping(header, data, geometry.Capacity);
        return new SessionRing(header, data, geometry);
    }

    /// <summary>Where the bytes from <paramref name="offset"/> on go; they count only once <see cref="Publish"/> has covered them.</summary>
    public Span<byte> WriteWindow(ulong offset, int length) => WriteMemory(offset, length).Span;

    /// <inheritdoc cref="WriteWindow"/>
    public Memory<byte> WriteMemory(ulong offset, int length)
    {
        var head = Head;
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfLessThan(offset, head);
        if (length > Capacity || offset - head > (ulong)(Capacity - length))
            throw new ArgumentOutOfRangeException(nameof(length), length, "A write window ends at most one capacity after head.");

        // Stored before the first byte can change: a window that is larger than what arrives spoils old bytes beyond head - capacity,
        // and these must not be served as output, neither by this daemon nor, if it is killed here, by the next.
        var end = offset + (ulong)length;
        if (end > _words.Load(RingLayout.ReachedAt))
            _words.Store(RingLayout.ReachedAt, end);
        return Window(offset, length);
    }

    /// <summary>The held bytes from <paramref name="offset"/> on, valid until the next write window is filled.</summary>
    public ReadOnlySpan<byte> Read(ulong offset, int length) => ReadMemory(offset, length).Span;

    /// <inheritdoc cref="Read"/>
    public ReadOnlyMemory<byte> ReadMemory(ulong offset, int length)
    {
        var head = Head;
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, head);
        ArgumentOutOfRangeException.ThrowIfLessThan(offset, RetainedFrom);
        if ((ulong)length > head - offset)
            throw new ArgumentOutOfRangeException(nameof(length), length, "Only bytes below head can be read.");
        return Window(offset, length);
    }

    /// <summary>Makes the bytes below <paramref name="newHead"/> output, in one store.</summary>
    public void Publish(ulong newHead)
    {
        var head = Head;
        ArgumentOutOfRangeException.ThrowIfLessThan(newHead, head);
        if (newHead - head > (ulong)Capacity)
            throw new ArgumentOutOfRangeException(nameof(newHead), newHead, "Head moves by at most one capacity.");
        _words.Store(RingLayout.HeadAt, newHead);
    }

    private Memory<byte> Window(ulong offset, int length) => _data.Slice((int)(offset & _mask), length);

    private static void CheckMapping(Memory<byte> header, Memory<byte> data, long capacity)
    {
        if (header.Length < RingLayout.HeaderBytes)
            throw RingFormatException.TooShort(header.Length, RingLayout.HeaderBytes);

        // The last byte of the second mapping starts no window of its own, and at the largest capacity has no index: it may be missing.
        if (data.Length < (2 * capacity) - 1)
            throw RingFormatException.TooShort(data.Length, (2 * capacity) - 1);
    }
}
