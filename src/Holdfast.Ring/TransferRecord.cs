namespace Holdfast.Ring;

/// <summary>
/// The note, in a page that outlives the daemon, of which bytes are on their way from a PTY into a ring.
/// The daemon's loop owns it, one for all sessions; that loop only; the page lives as long as the keeper or the daemon does.
/// </summary>
/// <remarks>
/// Why each order is safe: a phase is stored after the fields that it vouches for, and the bytes move only after the phase that
/// announces them. So at any instruction the phase tells where the bytes are, and <see cref="TransferRecovery"/> can go on from it.
/// </remarks>
public sealed class TransferRecord
{
    /// <summary>One small page: the record is far smaller, and pages of 64 KiB hold it as well.</summary>
    public const int PageBytes = 4096;

    /// <summary>"HOLDXFER" as it reads in a hex dump.</summary>
    internal const ulong Magic = 0x5245_4658_444C_4F48;

    public const uint Version = 1;
    internal const int MagicAt = 0x00;
    internal const int VersionAt = 0x08;
    internal const int PhaseAt = 0x40;
    internal const int SessionAt = 0x48;
    internal const int BaseAt = 0x50;
    internal const int CountAt = 0x58;

    private readonly SharedWords _words;

    private TransferRecord(SharedWords words) => _words = words;

    public TransferPhase Phase => (TransferPhase)_words.Load(PhaseAt);

    public ulong Session => _words.Load(SessionAt);

    public ulong Base => _words.Load(BaseAt);

    /// <summary>Bytes in transfer; while phase is <see cref="TransferPhase.PatternRead"/> the size of the window.</summary>
    public ulong Count => _words.Load(CountAt);

    /// <summary>Makes an empty record. A kill before the last store, the magic, leaves a page that <see cref="Open"/> refuses.</summary>
    public static TransferRecord Format(Memory<byte> page)
    {
        CheckLength(page);
        var words = new SharedWords(page);
        words.Store(MagicAt, 0);
        page.Span[SharedWords.WordBytes..PageBytes].Clear();
        words.Store(VersionAt, Version);
        words.Store(MagicAt, Magic);
        return Open(page);
    }

    /// <exception cref="RingFormatException">The page is no record that this version can read.</exception>
    public static TransferRecord Open(Memory<byte> page)
    {
        CheckLength(page);
        var words = new SharedWords(page);
        if (words.Load(MagicAt) is var magic and not Magic)
            throw RingFormatException.UnknownMagic(magic);
        if (words.Load(VersionAt) is var version and not Version)
            throw RingFormatException.UnknownVersion(version, Version);
        if (words.Load(PhaseAt) is var phase and > (ulong)TransferPhase.PatternRead)
            throw RingFormatException.BadNumber("transfer phase", phase);
        return new TransferRecord(words);
    }

    /// <summary>Before bytes are spliced from the PTY into the pipe. The pipe is empty.</summary>
    public void BeginSplice(ulong session, ulong @base)
    {
        _words.Store(BaseAt, @base);
        _words.Store(SessionAt, session);
        SetPhase(TransferPhase.Splicing);
    }

    /// <summary>After <paramref name="count"/> bytes went into the pipe, before the first is read from it.</summary>
    public void BeginRead(ulong count)
    {
        _words.Store(CountAt, count);
        SetPhase(TransferPhase.Reading);
    }

    /// <summary>After <see cref="PatternWindow.Fill"/>, before a plain read into that window.</summary>
    public void BeginPatternRead(ulong session, ulong @base, ulong window)
    {
        _words.Store(BaseAt, @base);
        _words.Store(SessionAt, session);
        _words.Store(CountAt, window);
        SetPhase(TransferPhase.PatternRead);
    }

    /// <summary>After head was published.</summary>
    public void Complete() => SetPhase(TransferPhase.None);

    private void SetPhase(TransferPhase phase) => _words.Store(PhaseAt, (ulong)phase);

    private static void CheckLength(Memory<byte> page)
    {
        if (page.Length < PageBytes)
            throw RingFormatException.TooShort(page.Length, PageBytes);
    }
}
