using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Holdfast.Terminal.Parsing;

/// <summary>Reads a number of up to three digits and the byte after it without a branch for each digit. Pure functions.</summary>
internal static class ShortNumber
{
    private const int Digits = 0x30303030;

    /// <summary>False when there are more digits, or the output may end before the byte after them. No digits are 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRead(ReadOnlySpan<byte> output, ref int at, out int value, out byte next)
    {
        value = 0;
        next = 0;
        if (output.Length - at < 4)
            return false;
        var word = BinaryPrimitives.ReadUInt32LittleEndian(output[at..]);
        var digits = word ^ Digits;
        // The highest bit of each byte that is no digit; what carries goes to bytes after the first of them.
        var others = ((digits + 0x76767676) | digits) & 0x80808080;
        if (others == 0)
            return false;
        var length = BitOperations.TrailingZeroCount(others) >> 3;
        next = (byte)(word >> (8 * length));
        value = Value(digits, 8 * length);
        at += length + 1;
        return true;
    }

    /// <summary>The number whose up to three digits, each a byte of 0 to 9 with the first one lowest, are the lowest so many bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Value(ulong digits, int bits)
    {
        // Ones in the highest of three bytes, zeros before what there is. The product has ten times the tens with the ones in the same byte.
        var aligned = (uint)(digits << (24 - bits));
        return (int)((byte)((aligned * 0xA01) >> 16) + ((byte)aligned * 100u));
    }
}
