namespace Holdfast.Client.Sessions;

/// <summary>
/// Where an attachment's output stands: drops what was received before, tells what is missing.
/// Owned by the attachment, used by the receive loop.
/// </summary>
internal struct OutputCursor(ulong offset)
{
    /// <summary>Everything below was handed on, or told as a gap.</summary>
    public ulong Received { get; private set; } = offset;

    /// <summary>How many leading bytes of a chunk to drop because they came already; advances over the rest and tells a gap before it.</summary>
    public int Accept(ulong offset, int length, out (ulong From, ulong To)? gap)
    {
        gap = SkipTo(offset);
        var repeated = (int)Math.Min(Received - offset, (ulong)length);
        Received += (ulong)(length - repeated);
        return repeated;
    }

    /// <summary>Goes on at <paramref name="offset"/> if that is ahead; what lies between is the gap.</summary>
    public (ulong From, ulong To)? SkipTo(ulong offset)
    {
        if (offset <= Received)
            return null;
        var gap = (Received, offset);
        Received = offset;
        return gap;
    }
}
