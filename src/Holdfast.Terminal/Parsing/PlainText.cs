using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Holdfast.Terminal.Parsing;

/// <summary>Finds printable ASCII, U+0020 to U+007E, sixteen bytes at a time. Pure functions.</summary>
internal static class PlainText
{
    /// <summary>Whether the first byte is printable ASCII, and how many there are before one that is not, up to all sixteen.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Begins(Vector128<byte> bytes, out int length)
    {
        var others = Vector128.GreaterThan(bytes - Vector128.Create((byte)0x20), Vector128.Create((byte)0x5E)).ExtractMostSignificantBits();
        length = BitOperations.TrailingZeroCount(others | 0x10000);
        // Not "length > 0": without BMI1 the compiler answers that with BSF's zero flag, which tells of the mask and not of the length (dotnet/runtime#133783).
        return (others & 1) == 0;
    }
}
