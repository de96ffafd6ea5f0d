using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Holdfast.Terminal.Parsing;

/// <summary>Looks at the eight bytes behind "ESC [" at once: what a full-screen program writes most is then known whole. Pure functions.</summary>
internal static class PlainSequence
{
    private const ulong Digits = 0x3030303030303030;

    /// <summary>
    /// CUP with its row and column, each of up to three digits. Returns its length, or 0 for anything else; <paramref name="first"/> is then the first
    /// byte that is no digit, or 0 where there is none in sight.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int TryReadPosition(ReadOnlySpan<byte> output, int at, out int row, out int column, out byte first)
    {
        row = 0;
        column = 0;
        first = 0;
        if (output.Length - at < sizeof(ulong))
            return 0;
        var word = BinaryPrimitives.ReadUInt64LittleEndian(output[at..]);
        var digits = word ^ Digits;
        // The highest bit of each byte that is no digit; only a byte beyond ASCII carries into the next one.
        var others = ((digits + 0x7676767676767676) | digits) & 0x8080808080808080;
        if (others == 0)
            return 0;
        var bits = BitOperations.TrailingZeroCount(others) - 7;
        first = (byte)(word >> bits);
        if (first == 'H' && bits <= 24)
        {
            row = ShortNumber.Value(digits, bits);
            return (bits >> 3) + 1;
        }
        others &= others - 1;
        if (first != ';' || others == 0)
            return 0;
        var more = BitOperations.TrailingZeroCount(others) - 7;
        if ((byte)(word >> more) != 'H' || bits > 24 || more - bits > 32)
            return 0;
        row = ShortNumber.Value(digits, bits);
        column = ShortNumber.Value(digits >> (bits + 8), more - bits - 8);
        return (more >> 3) + 1;
    }
}
