namespace Holdfast.Ring;

/// <summary>
/// Shared memory that this version cannot read: it is left untouched and the rest of the daemon stays usable.
/// Thrown while a ring or a transfer record is opened, never by one that is open.
/// </summary>
public sealed class RingFormatException : Exception
{
    private RingFormatException(RingFormatReason reason, string message)
        : base(message) => Reason = reason;

    public RingFormatReason Reason { get; }

    internal static RingFormatException TooShort(long bytes, long needed) => new(
        RingFormatReason.TooShort,
        $"The mapping holds {bytes} bytes where {needed} are needed. Map the whole file, then open it again.");

    internal static RingFormatException UnknownMagic(ulong magic) => new(
        RingFormatReason.UnknownMagic,
        $"The memory starts with 0x{magic:x16}, which marks neither a ring nor a transfer record: it was never fully formatted. " +
        "Format it if it is new; else leave it alone.");

    internal static RingFormatException UnknownVersion(ulong version, uint newest) => new(
        RingFormatReason.UnknownVersion,
        $"The memory has layout version {version}; versions up to {newest} can be read. Use a Holdfast at least as new as its writer.");

    internal static RingFormatException BadNumber(string field, ulong value) => new(
        RingFormatReason.BadNumber,
        $"The field '{field}' holds {value}, which no Holdfast writes: the memory is damaged. Do not use it; restore from the journal.");
}
