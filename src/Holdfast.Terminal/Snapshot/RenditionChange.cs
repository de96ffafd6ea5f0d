using Holdfast.Terminal.Screen;

namespace Holdfast.Terminal.Snapshot;

/// <summary>
/// The shortest SGR (ECMA-48 8.3.117 with xterm's extensions) that takes a terminal from one rendition to another. Pure functions.
/// </summary>
internal static class RenditionChange
{
    /// <summary>Bytes that any change has room in.</summary>
    public const int Longest = 128;

    private const CellAttributes Weight = CellAttributes.Bold | CellAttributes.Faint;

    /// <summary>What a style's flags and colours are; protection and links are no rendition.</summary>
    public const uint Flags = (uint)(Weight | CellAttributes.Italic | CellAttributes.Blink | CellAttributes.Inverse | CellAttributes.Hidden
        | CellAttributes.Strike | CellAttributes.Overline | CellAttributes.UnderlineMask);

    /// <summary>Writes the change, twice <see cref="Longest"/> bytes at most meanwhile. Returns its bytes, 0 where nothing changes.</summary>
    public static int Write(in Cell from, uint fromLine, in Cell to, uint line, Span<byte> target, out bool beginsAnew)
    {
        beginsAnew = false;
        if (((from.Fg ^ to.Fg) | (from.Bg ^ to.Bg) | ((from.Attr ^ to.Attr) & Flags) | (fromLine ^ line)) == 0)
            return 0;
        target[0] = 0x1B;
        target[1] = (byte)'[';
        beginsAnew = true;
        if (IsPlain(to, line))
        {
            target[2] = (byte)'m';
            return 3;
        }
        var length = Parameters(from, fromLine, to, line, target, 2);
        beginsAnew = false;
        if (IsPlain(from, fromLine))
            return length;
        var other = target[Longest..];
        "\e[0;"u8.CopyTo(other);
        var anew = Parameters(default, 0, to, line, other, 4);
        // SGR 59 makes xterm.js draw the underline white from then on.
        beginsAnew = anew < length || (fromLine != 0 && line == 0);
        if (!beginsAnew)
            return length;
        other[..anew].CopyTo(target);
        return anew;
    }

    private static bool IsPlain(in Cell style, uint line) => (style.Fg | style.Bg | (style.Attr & Flags) | line) == 0;

    // What must be added and taken away, each number with a semicolon; the last of those becomes the end.
    private static int Parameters(in Cell from, uint fromLine, in Cell to, uint line, Span<byte> target, int at)
    {
        if (((from.Attr ^ to.Attr) & Flags) != 0)
            at = PutFlags((CellAttributes)from.Attr, (CellAttributes)to.Attr, target, at);
        if (from.Fg != to.Fg)
            at = PutColor(to.Fg, 30, target, at);
        if (from.Bg != to.Bg)
            at = PutColor(to.Bg, 40, target, at);
        if (fromLine != line)
            at = PutLineColor(line, target, at);
        target[at - 1] = (byte)'m';
        return at;
    }

    private static int PutFlags(CellAttributes from, CellAttributes to, Span<byte> target, int at)
    {
        // One number ends both, so what stays of them begins again.
        if ((from & ~to & Weight) != 0)
        {
            at = Put(22, ';', target, at);
            from &= ~Weight;
        }
        var changed = from ^ to;
        at = PutFlag(changed, to, CellAttributes.Bold, 1, 22, target, at);
        at = PutFlag(changed, to, CellAttributes.Faint, 2, 22, target, at);
        at = PutFlag(changed, to, CellAttributes.Italic, 3, 23, target, at);
        at = PutFlag(changed, to, CellAttributes.Blink, 5, 25, target, at);
        at = PutFlag(changed, to, CellAttributes.Inverse, 7, 27, target, at);
        at = PutFlag(changed, to, CellAttributes.Hidden, 8, 28, target, at);
        at = PutFlag(changed, to, CellAttributes.Strike, 9, 29, target, at);
        at = PutFlag(changed, to, CellAttributes.Overline, 53, 55, target, at);
        if ((changed & CellAttributes.UnderlineMask) == 0)
            return at;
        var style = (int)(to & CellAttributes.UnderlineMask) >> 9;
        if (style == 0)
            return Put(24, ';', target, at);
        at = Put(4, style == 1 ? ';' : ':', target, at);
        return style == 1 ? at : Put(style, ';', target, at);
    }

    private static int PutFlag(CellAttributes changed, CellAttributes to, CellAttributes flag, int on, int off, Span<byte> target, int at) =>
        (changed & flag) == 0 ? at : Put((to & flag) != 0 ? on : off, ';', target, at);

    // Base is 30 or 40: the named colours, then 90 or 100, 38 or 48, 39 or 49.
    private static int PutColor(uint packed, int start, Span<byte> target, int at)
    {
        var value = (int)(packed & PackedColor.ValueMask);
        if (packed == 0)
            return Put(start + 9, ';', target, at);
        if ((packed & PackedColor.ModeMask) == PackedColor.IndexedMode && value < 16)
            return Put(value < 8 ? start + value : start + 52 + value, ';', target, at);
        at = Put(start + 8, ';', target, at);
        if ((packed & PackedColor.ModeMask) == PackedColor.IndexedMode)
            return Put(value, ';', target, Put(5, ';', target, at));
        at = Put(2, ';', target, at);
        at = Put(value >> 16, ';', target, at);
        at = Put((value >> 8) & 0xFF, ';', target, at);
        return Put(value & 0xFF, ';', target, at);
    }

    // With colons: a terminal that does not know it must not take its parts for attributes.
    private static int PutLineColor(uint packed, Span<byte> target, int at)
    {
        if (packed == 0)
            return Put(59, ';', target, at);
        var value = (int)(packed & PackedColor.ValueMask);
        at = Put(58, ':', target, at);
        if ((packed & PackedColor.ModeMask) == PackedColor.IndexedMode)
            return Put(value, ';', target, Put(5, ':', target, at));
        at = Put(2, ':', target, at);
        target[at++] = (byte)':';
        at = Put(value >> 16, ':', target, at);
        at = Put((value >> 8) & 0xFF, ':', target, at);
        return Put(value & 0xFF, ';', target, at);
    }

    private static int Put(int number, char end, Span<byte> target, int at)
    {
        if (number >= 100)
            target[at++] = (byte)('0' + (number / 100));
        if (number >= 10)
            target[at++] = (byte)('0' + (number / 10 % 10));
        target[at++] = (byte)('0' + (number % 10));
        target[at++] = (byte)end;
        return at;
    }
}
