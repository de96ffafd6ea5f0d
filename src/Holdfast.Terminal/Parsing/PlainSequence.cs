using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Holdfast.Terminal.Parsing;

/// <summary>Looks at the eight bytes behind "ESC [" at once: what a full-screen program writes most is then known whole. Pure functions.</summary>
internal static class PlainSequence
{
    /// <summary>The second number where there is only one.</summary>
    public const int None = -1;

    private const ulong Digits = 0x3030303030303030;

    /// <summary>
    /// One number or two, each of up to three digits (no digits are 0), and the byte after them, which is the final one where it is none of ';' and no
    /// control. Returns their length, or 0 where there is more to it; <paramref name="final"/> is then ';' where numbers follow each other, else 0.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Read(ReadOnlySpan<byte> output, int at, out int first, out int second, out byte final)
    {
        (first, second, final) = (0, None, 0);
        if (output.Length - at < sizeof(ulong))
            return 0;
        var word = BinaryPrimitives.ReadUInt64LittleEndian(output[at..]);
        var digits = word ^ Digits;
        // The highest bit of each byte that is no digit; only a byte beyond ASCII carries into the next one.
        var others = ((digits + 0x7676767676767676) | digits) & 0x8080808080808080;
        if (others == 0)
            return 0;
        var bits = BitOperations.TrailingZeroCount(others) - 7;
        var next = (byte)(word >> bits);
        if (bits > 24)
            return 0;
        first = ShortNumber.Value(digits, bits);
        if (next != ';')
        {
            final = next;
            return (bits >> 3) + 1;
        }
        others &= others - 1;
        if (others == 0)
        {
            final = next;
            return 0;
        }
        var more = BitOperations.TrailingZeroCount(others) - 7;
        final = (byte)(word >> more);
        if (final == ';' || more - bits > 32)
            return 0;
        second = ShortNumber.Value(digits >> (bits + 8), more - bits - 8);
        return (more >> 3) + 1;
    }
}
