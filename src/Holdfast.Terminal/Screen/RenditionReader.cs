using System.Runtime.CompilerServices;
using Holdfast.Terminal.Parsing;

namespace Holdfast.Terminal.Screen;

/// <summary>
/// SGR (ECMA-48 8.3.117; ctlseqs "Character Attributes"): changes the pen. Part of one model.
/// </summary>
internal sealed class RenditionReader(TerminalState state)
{
    public void Apply(SequenceParameters parameters)
    {
        for (var i = 0; i < parameters.Count; i++)
        {
            if (parameters.IsPart(i))
                continue;
            var value = parameters[i];
            if (value is 38 or 48 or 58)
                i = ReadColor(parameters, i, value);
            else if (value == 4 && i + 1 < parameters.Count && parameters.IsPart(i + 1))
                SetUnderline(parameters[i + 1]);
            else
                Apply(value, ref state.Pen);
        }
    }

    /// <summary>
    /// Numbers without sub-parameters, as nearly all are, straight from the bytes behind "ESC [". Returns where the sequence ends, or 0: it is another one,
    /// is cut, or there is more to it than the three words of a plain pen can hold, and nothing was changed then.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public int TryTake(ReadOnlySpan<byte> output, int at)
    {
        var pen = new PlainPen(state.Pen.Fg, state.Pen.Bg, state.Pen.Attr);
        var end = pen.Attr <= 0xFFFF ? TryTake(output, at, ref pen) : 0;
        // Word by word: a struct that was just written in parts is slow to copy whole.
        if (end > 0)
            (state.Pen.Fg, state.Pen.Bg, state.Pen.Attr) = pen;
        return end;
    }

    /// <summary>As above, for who has the pen at hand.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int TryTake(ReadOnlySpan<byte> output, int at, ref PlainPen pen)
    {
        var end = output.Length - at >= RenditionShapes.Sight ? _shapes.TryTake(output, at, ref pen) : 0;
        return end > 0 ? end : TryTakeOneByOne(output, at, ref pen);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int TryTakeOneByOne(ReadOnlySpan<byte> output, int at, ref PlainPen pen)
    {
        var (fg, bg, attr) = pen;
        var changes = _changes;
        // Fewer than the parser keeps, of whatever kind they are.
        for (var left = SequenceParameters.Most / 5; left > 0; left--)
        {
            if (!ShortNumber.TryRead(output, ref at, out var value, out var next) || (uint)value >= (uint)changes.Length || value == 58)
                return 0;
            if (value is 38 or 48)
            {
                if (next != ';' || !TryTakeColor(output, ref at, out var color, out next))
                    return 0;
                if (value == 38)
                    fg = color;
                else
                    bg = color;
            }
            else
            {
                ref readonly var change = ref changes[value];
                fg = (fg & change.KeptFg) | change.SetFg;
                bg = (bg & change.KeptBg) | change.SetBg;
                attr = (attr & change.KeptAttr) | change.SetAttr;
            }
            if (next == 'm')
            {
                pen = new PlainPen(fg, bg, attr);
                return at;
            }
            if (next != ';')
                return 0;
        }
        return 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryTakeColor(ReadOnlySpan<byte> output, ref int at, out uint color, out byte next)
    {
        (color, next) = (0, 0);
        if (output.Length - at < 2 || output[at + 1] != ';' || output[at] is not ((byte)'2' or (byte)'5'))
            return false;
        var kind = output[at];
        at += 2;
        if (!ShortNumber.TryRead(output, ref at, out var first, out next))
            return false;
        color = PackedColor.Indexed(first);
        if (kind == '5')
            return true;
        if (next != ';' || !ShortNumber.TryRead(output, ref at, out var second, out next) || next != ';' || !ShortNumber.TryRead(output, ref at, out var third, out next))
            return false;
        color = PackedColor.Rgb(first, second, third);
        return true;
    }

    /// <summary>One attribute by its number; also for the rectangles of DECCARA.</summary>
    public void Apply(int value, ref Cell pen)
    {
        if (value is 0 or 59)
            SetUnderlineColor(0);
        Change(value, ref pen);
    }

    private static readonly PenChange[] Changes = MakeChanges();

    // Read through the instance: a native build asks at each use of a static whether it was made already.
    private readonly PenChange[] _changes = Changes;

    private readonly RenditionShapes _shapes = new(Changes);

    private static PenChange[] MakeChanges()
    {
        var changes = new PenChange[108];
        for (var value = 0; value < changes.Length; value++)
        {
            var none = default(Cell);
            var all = new Cell { Fg = ~0u, Bg = ~0u, Attr = ~0u };
            Change(value, ref none);
            Change(value, ref all);
            changes[value] = new PenChange(all.Fg, none.Fg, all.Bg, none.Bg, all.Attr, none.Attr);
        }
        return changes;
    }

    private static void Change(int value, ref Cell pen)
    {
        switch (value)
        {
            case 0:
                pen.Fg = 0;
                pen.Bg = 0;
                pen.Attr &= (uint)CellAttributes.Protected | 0xFFFF_0000;
                break;
            case >= 30 and <= 37:
                pen.Fg = PackedColor.Indexed(value - 30);
                break;
            case 39:
                pen.Fg = 0;
                break;
            case >= 40 and <= 47:
                pen.Bg = PackedColor.Indexed(value - 40);
                break;
            case 49:
                pen.Bg = 0;
                break;
            case >= 90 and <= 97:
                pen.Fg = PackedColor.Indexed(value - 90 + 8);
                break;
            case >= 100 and <= 107:
                pen.Bg = PackedColor.Indexed(value - 100 + 8);
                break;
            case 4:
                SetUnderline(ref pen, UnderlineStyle.Single);
                break;
            case 21:
                SetUnderline(ref pen, UnderlineStyle.Double);
                break;
            case 24:
                SetUnderline(ref pen, UnderlineStyle.None);
                break;
            default:
                pen.Attr = (pen.Attr & ~(uint)Removed(value)) | (uint)Added(value);
                break;
        }
    }

    private static CellAttributes Added(int value) => value switch
    {
        1 => CellAttributes.Bold,
        2 => CellAttributes.Faint,
        3 => CellAttributes.Italic,
        5 or 6 => CellAttributes.Blink,
        7 => CellAttributes.Inverse,
        8 => CellAttributes.Hidden,
        9 => CellAttributes.Strike,
        53 => CellAttributes.Overline,
        _ => CellAttributes.None,
    };

    private static CellAttributes Removed(int value) => value switch
    {
        22 => CellAttributes.Bold | CellAttributes.Faint,
        23 => CellAttributes.Italic,
        25 => CellAttributes.Blink,
        27 => CellAttributes.Inverse,
        28 => CellAttributes.Hidden,
        29 => CellAttributes.Strike,
        55 => CellAttributes.Overline,
        _ => CellAttributes.None,
    };

    private static void SetUnderline(ref Cell pen, UnderlineStyle style) =>
        pen.Attr = (pen.Attr & ~(uint)CellAttributes.UnderlineMask) | ((uint)style << 9);

    private void SetUnderline(int style) =>
        SetUnderline(ref state.Pen, style is >= 0 and <= 5 ? (UnderlineStyle)style : UnderlineStyle.Single);

    private void SetUnderlineColor(uint color)
    {
        if (state.Pen.ExtraId == 0 && color == 0)
            return;
        state.SetPenExtra(state.PenExtra with { UnderlineColor = color });
    }

    // Returns the place of the last value that belongs to the colour.
    private int ReadColor(SequenceParameters parameters, int at, int target)
    {
        if (at + 1 < parameters.Count && parameters.IsPart(at + 1))
            return ReadColorParts(parameters, at, target);
        switch (parameters[at + 1])
        {
            case 5:
                SetColor(target, PackedColor.Indexed(parameters[at + 2]));
                return at + 2;
            case 2:
                SetColor(target, PackedColor.Rgb(parameters[at + 2], parameters[at + 3], parameters[at + 4]));
                return at + 4;
            default:
                return at + 1;
        }
    }

    // 38:5:n, 38:2:space:r:g:b (ITU T.416), and 38:2:r:g:b, which programs write too.
    private int ReadColorParts(SequenceParameters parameters, int at, int target)
    {
        var end = at + 1;
        while (end < parameters.Count && parameters.IsPart(end))
            end++;
        var count = end - at - 1;
        switch (parameters[at + 1])
        {
            case 5:
                SetColor(target, PackedColor.Indexed(Part(parameters, at + 2, end)));
                break;
            case 2:
                var first = count >= 5 ? at + 3 : at + 2;
                SetColor(target, PackedColor.Rgb(Part(parameters, first, end), Part(parameters, first + 1, end), Part(parameters, first + 2, end)));
                break;
        }
        return end - 1;
    }

    private static int Part(SequenceParameters parameters, int index, int end) => index < end ? Math.Max(0, parameters[index]) : 0;

    private void SetColor(int target, uint color)
    {
        if (target == 38)
            state.Pen.Fg = color;
        else if (target == 48)
            state.Pen.Bg = color;
        else
            SetUnderlineColor(color);
    }
}
