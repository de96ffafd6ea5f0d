using System.Buffers.Binary;

namespace Holdfast.Ring;

/// <summary>
/// A read window prepared so that the end of what a killed daemon read into it can be found: the way where a kernel cannot splice.
/// Stateless; any thread.
/// </summary>
/// <remarks>
/// The pattern's bytes are F8 to FF, which no UTF-8 text contains, and depend on the offset, so neither text nor a copy of an older
/// window looks like it. Ambiguous is only binary output whose last byte is just the pattern's at that offset.
/// </remarks>
public static class PatternWindow
{
    /// <summary>The most that one read of a PTY returns.</summary>
    public const int Bytes = 4096;

    private const ulong Lowest = 0xF8F8_F8F8_F8F8_F8F8;
    private const ulong Varying = 0x0707_0707_0707_0707;

    // Odd, its bits without a rhythm (the golden ratio): neighbouring offsets get unlike patterns.
    private const ulong Spread = 0x9E37_79B9_7F4A_7C15;

    /// <summary>Writes the pattern of the bytes from <paramref name="offset"/> on.</summary>
    public static void Fill(Span<byte> window, ulong offset)
    {
        for (; window.Length > 0 && offset % sizeof(ulong) != 0; window = window[1..], offset++)
            window[0] = ByteAt(offset);

        // Whole words, for this runs before every read.
        for (; window.Length >= sizeof(ulong); window = window[sizeof(ulong)..], offset += sizeof(ulong))
            BinaryPrimitives.WriteUInt64LittleEndian(window, WordAt(offset));
        for (; window.Length > 0; window = window[1..], offset++)
            window[0] = ByteAt(offset);
    }

    /// <summary>How many bytes at the window's start are no longer the pattern.</summary>
    public static int FindEnd(ReadOnlySpan<byte> window, ulong offset)
    {
        var end = window.Length;
        while (end > 0 && window[end - 1] == ByteAt(offset + (ulong)end - 1))
            end--;
        return end;
    }

    private static byte ByteAt(ulong offset) => (byte)(WordAt(offset) >> (8 * (int)(offset % sizeof(ulong))));

    private static ulong WordAt(ulong offset)
    {
        var mixed = (offset / sizeof(ulong)) * Spread;
        return Lowest | ((mixed ^ (mixed >> 29)) & Varying);
    }
}
