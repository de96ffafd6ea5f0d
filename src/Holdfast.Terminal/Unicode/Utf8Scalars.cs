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
}
