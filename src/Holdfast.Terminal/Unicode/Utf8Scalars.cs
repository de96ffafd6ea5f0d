using System.Runtime.CompilerServices;

namespace Holdfast.Terminal.Unicode;

/// <summary>Reads well-formed UTF-8 fast. Pure functions.</summary>
internal static class Utf8Scalars
{
    /// <summary>
    /// The bytes of the scalar at the beginning, when it is well-formed, complete and from U+00A0 on; else 0, and somebody slower looks
    /// at it.
    /// </summary>
    public static int Read(ReadOnlySpan<byte> text, out int scalar)
    {
        scalar = 0;
        if (text.Length < 3)
            return 0;
        int lead = text[0];
        int second = text[1] ^ 0x80;
        int third = text[2] ^ 0x80;
        if (lead is >= 0xE1 and < 0xF0)
        {
            scalar = ((lead & 0x0F) << 12) | (second << 6) | third;
            // Surrogates are no scalars.
            return (second | third) < 0x40 && scalar is (< 0xD800 or > 0xDFFF) ? 3 : 0;
        }
        if (lead is >= 0xC3 and < 0xE0)
        {
            scalar = ((lead & 0x1F) << 6) | second;
            return second < 0x40 ? 2 : 0;
        }
        if (lead != 0xF0 || text.Length < 4)
            return 0;
        var fourth = text[3] ^ 0x80;
        scalar = (second << 12) | (third << 6) | fourth;
        return (second | third | fourth) < 0x40 && scalar >= 0x1_0000 ? 4 : 0;
    }

    /// <summary>
    /// The scalar that four bytes begin with, the first byte lowest, without a branch on its length: text in several scripts has them in no
    /// order. Returns its bytes, or 0 when it is malformed or a control.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Read(uint word, out int scalar)
    {
        var length = Lengths[(int)(word & 0xFF) >> 3];
        var form = Forms.Slice(length * 5, 5);
        var all = ((word & form[0]) << 18) | ((word & 0x3F00) << 4) | ((word >> 10) & 0xFC0) | ((word >> 24) & 0x3F);
        var value = all >> (int)form[1];
        scalar = (int)value;
        var malformed = ((word ^ 0x8080_8000) & form[2]) != 0 || value - form[3] > form[4];
        return malformed || value - 0xD800 < 0x800 ? 0 : length;
    }

    // Below U+0020 the subtraction borrows, U+007F is what the addition carries out of.
    public static bool ArePrintableAscii(uint word) => ((word | (word - 0x2020_2020) | (word + 0x0101_0101)) & 0x8080_8080) == 0;

    // By the lead's highest five bits; 0 is no lead.
    private static ReadOnlySpan<byte> Lengths => [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 2, 2, 3, 3, 4, 0];

    // By length: what the lead holds, bits that stay unused, where continuations show, the least scalar that needs this length, how many follow it.
    private static ReadOnlySpan<uint> Forms =>
    [
        0, 0, 0, 0, 0,
        0x7F, 18, 0, 0x20, 0x7E - 0x20,
        0x1F, 12, 0xC000, 0xA0, 0x7FF - 0xA0,
        0x0F, 6, 0xC0_C000, 0x800, 0xFFFF - 0x800,
        0x07, 0, 0xC0C0_C000, 0x1_0000, 0x10_FFFF - 0x1_0000,
    ];
}
