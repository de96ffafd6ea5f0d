using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Holdfast.Terminal.Parsing;

namespace Holdfast.Terminal.Screen;

/// <summary>
/// SGR of the shapes that programs write, told apart by how many numbers there are: colours come in no order that a branch for each number could learn, so
/// there is one for all of them. Pure but for its table; part of one model.
/// </summary>
internal sealed class RenditionShapes(PenChange[] changes)
{
    /// <summary>What has to be in sight: a number is read by four bytes, whatever is behind it.</summary>
    public const int Sight = Window + sizeof(uint);

    // Bytes that are looked at; a longer sequence is of no such shape.
    private const int Window = 32;

    private const uint Digits = 0x30303030;

    // A hundred times the first byte, ten times the second one and the third one come together in the third one.
    private const uint Weights = 0x640A01;

    // "38;5" and "38;2" as numbers of the least significant byte first; that of a background is one more.
    private const uint Indexed = 0x353B3833;
    private const uint Rgb = 0x323B3833;

    /// <summary>
    /// Takes the numbers at <paramref name="at"/>, behind "ESC [", with <see cref="Sight"/> bytes there. Returns where the sequence ends, or 0 where it has
    /// another shape or is none of SGR; the pen is as it was then.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public int TryTake(ReadOnlySpan<byte> output, int at, ref PlainPen pen)
    {
        var window = output.Slice(at, Sight);
        var (low, high) = (Vector128.Create(window), Vector128.Create(window[Vector128<byte>.Count..]));
        // All that is no digit, and of that what is no semicolon: the first of those ends the sequence.
        var marks = Marks(low) | (Marks(high) << 16);
        var ends = marks & ~(Semicolons(low) | (Semicolons(high) << 16));
        var within = ends ^ (ends - 1);
        var digits = within & ~marks;
        var last = BitOperations.TrailingZeroCount(ends | 0x8000_0000);
        if (window[last] != 'm' || (digits & (digits >> 1) & (digits >> 2) & (digits >> 3)) != 0)
            return 0;
        var rest = new Rest { Ends = marks & within, Fg = pen.Fg, Bg = pen.Bg, Attr = pen.Attr };
        var taken = BitOperations.PopCount(rest.Ends) switch
        {
            1 => TryPlain(window, ref rest),
            2 => TryPlain(window, ref rest) && TryPlain(window, ref rest),
            3 => TryIndexed(window, ref rest),
            4 => TryPlain(window, ref rest) && TryIndexed(window, ref rest),
            5 => TryRgb(window, ref rest),
            6 => TryIndexed(window, ref rest) && TryIndexed(window, ref rest),
            9 => TryPlain(window, ref rest) && TryIndexed(window, ref rest) && TryRgb(window, ref rest),
            10 => TryRgb(window, ref rest) && TryRgb(window, ref rest),
            _ => false,
        };
        if (!taken)
            return 0;
        (pen.Fg, pen.Bg, pen.Attr) = (rest.Fg, rest.Bg, rest.Attr);
        return at + last + 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryPlain(ReadOnlySpan<byte> window, ref Rest rest)
    {
        var end = BitOperations.TrailingZeroCount(rest.Ends);
        var value = ShortNumber.Value(BinaryPrimitives.ReadUInt32LittleEndian(window[rest.Begin..]) ^ Digits, (end - rest.Begin) * 8);
        if ((uint)value >= (uint)changes.Length || value is 38 or 48 or 58)
            return false;
        rest.Pass(end);
        ref readonly var change = ref changes[value];
        rest.Fg = (rest.Fg & change.KeptFg) | change.SetFg;
        rest.Bg = (rest.Bg & change.KeptBg) | change.SetBg;
        rest.Attr = (rest.Attr & change.KeptAttr) | change.SetAttr;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryIndexed(ReadOnlySpan<byte> window, ref Rest rest)
    {
        var kind = BinaryPrimitives.ReadUInt32LittleEndian(window[rest.Begin..]);
        if (kind - Indexed > 1 || !rest.TryPassKind())
            return false;
        rest.SetColor(kind, PackedColor.IndexedMode | Next(window, ref rest));
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryRgb(ReadOnlySpan<byte> window, ref Rest rest)
    {
        var kind = BinaryPrimitives.ReadUInt32LittleEndian(window[rest.Begin..]);
        if (kind - Rgb > 1 || !rest.TryPassKind())
            return false;
        var color = PackedColor.RgbMode | (Next(window, ref rest) << 16);
        color |= Next(window, ref rest) << 8;
        rest.SetColor(kind, color | Next(window, ref rest));
        return true;
    }

    // A part of a colour: the lowest eight bits of the next number.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Next(ReadOnlySpan<byte> window, ref Rest rest)
    {
        var end = BitOperations.TrailingZeroCount(rest.Ends);
        var aligned = (BinaryPrimitives.ReadUInt32LittleEndian(window[rest.Begin..]) ^ Digits) << (24 - ((end - rest.Begin) * 8));
        rest.Pass(end);
        return (byte)((aligned * Weights) >> 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Marks(Vector128<byte> bytes) =>
        Vector128.GreaterThan(bytes - Vector128.Create((byte)'0'), Vector128.Create((byte)9)).ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Semicolons(Vector128<byte> bytes) => Vector128.Equals(bytes, Vector128.Create((byte)';')).ExtractMostSignificantBits();

    // Where the next number begins, the bits of what ends it and those behind it, and the pen so far.
    private struct Rest
    {
        public int Begin;

        public uint Ends;

        public uint Fg;

        public uint Bg;

        public uint Attr;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Pass(int end)
        {
            Begin = end + 1;
            Ends &= Ends - 1;
        }

        // False where the kind has more digits than the one that was looked at.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool TryPassKind()
        {
            Ends &= Ends - 1;
            if (BitOperations.TrailingZeroCount(Ends) != Begin + 4)
                return false;
            Pass(Begin + 4);
            return true;
        }

        // The lowest bit of "3" is set, that of "4" is not: no branch.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void SetColor(uint kind, uint color)
        {
            var foreground = 0 - (kind & 1);
            Fg = (Fg & ~foreground) | (color & foreground);
            Bg = (Bg & foreground) | (color & ~foreground);
        }
    }
}
