using Holdfast.Terminal.Screen;

namespace Holdfast.Terminal.Snapshot;

/// <summary>
/// Brings the pen of the terminal that is drawn on from one style to the next, by the shortest SGR. Owned by one snapshot.
/// </summary>
internal sealed class StyleTransition(TerminalState state, SequenceWriter writer)
{
    private Cell _now;
    private Extra _extra;

    public bool HasBackground => _now.Bg != 0;

    /// <summary>The terminal's pen is known to be plain (after a reset).</summary>
    public void AssumePlain()
    {
        _now = default;
        _extra = default;
    }

    public void To(in Cell target) => To(target, target.ExtraId == 0 ? default : state.Extras[target.ExtraId]);

    public void To(in Cell target, Extra extra)
    {
        if (_now.Fg == target.Fg && _now.Bg == target.Bg && (_now.Attr & 0xFFFF) == (target.Attr & 0xFFFF) && _extra == extra)
            return;
        if (!Equals(_extra.Link, extra.Link))
            WriteLink(extra.Link);
        var change = new SequenceWriter();
        var some = Change(change, _now, _extra.UnderlineColor, target, extra.UnderlineColor);
        var anew = new SequenceWriter();
        anew.Raw("\e["u8);
        if (!ChangeBody(anew, "0;"u8, default, 0, target, extra.UnderlineColor))
            anew.Raw("m"u8);
        // SGR 59 makes xterm.js draw the underline white from then on.
        var begins = some && (anew.Written.Length < change.Written.Length || (_extra.UnderlineColor != 0 && extra.UnderlineColor == 0));
        if (some)
            writer.Raw(begins ? anew.Written : change.Written);
        var guarded = target.Attr & (uint)CellAttributes.Protected;
        // SGR 0 is no DECSCA, but xterm.js takes it for one.
        if ((_now.Attr & (uint)CellAttributes.Protected) != guarded || (begins && guarded != 0))
            writer.Raw(guarded != 0 ? "\e[1\"q"u8 : "\e[\"q"u8);
        _now = target;
        _now.Content = 0;
        _extra = extra;
    }

    /// <summary>Only the background counts (for what is erased).</summary>
    public void ToBackground(uint background) => To(new Cell { Bg = background });

    public void ToPlain() => To(default(Cell));

    private static bool Change(SequenceWriter to, in Cell from, uint fromLine, in Cell target, uint line)
    {
        to.Raw("\e["u8);
        return ChangeBody(to, default, from, fromLine, target, line);
    }

    // What must be added and taken away; false when nothing.
    private static bool ChangeBody(SequenceWriter to, ReadOnlySpan<byte> first, in Cell from, uint fromLine, in Cell target, uint line)
    {
        var list = new List<string>(8);
        AddFlags(list, (CellAttributes)from.Attr, (CellAttributes)target.Attr);
        if (from.Fg != target.Fg)
            list.Add(ColorNumbers(target.Fg, 30, 38, 39));
        if (from.Bg != target.Bg)
            list.Add(ColorNumbers(target.Bg, 40, 48, 49));
        if (fromLine != line)
            list.Add(LineColorNumbers(line));
        if (list.Count == 0)
            return false;
        to.Raw(first);
        to.Text(string.Join(';', list));
        to.Raw("m"u8);
        return true;
    }

    private static void AddFlags(List<string> list, CellAttributes from, CellAttributes to)
    {
        var lost = from & ~to;
        const CellAttributes Weight = CellAttributes.Bold | CellAttributes.Faint;
        if ((lost & Weight) != 0)
        {
            list.Add("22");
            from &= ~Weight;
        }
        AddFlag(list, from, to, CellAttributes.Bold, "1", "");
        AddFlag(list, from, to, CellAttributes.Faint, "2", "");
        AddFlag(list, from, to, CellAttributes.Italic, "3", "23");
        AddFlag(list, from, to, CellAttributes.Blink, "5", "25");
        AddFlag(list, from, to, CellAttributes.Inverse, "7", "27");
        AddFlag(list, from, to, CellAttributes.Hidden, "8", "28");
        AddFlag(list, from, to, CellAttributes.Strike, "9", "29");
        AddFlag(list, from, to, CellAttributes.Overline, "53", "55");
        if (((from ^ to) & CellAttributes.UnderlineMask) == 0)
            return;
        var style = (uint)(to & CellAttributes.UnderlineMask) >> 9;
        list.Add(style switch { 0 => "24", 1 => "4", _ => "4:" + (char)('0' + style) });
    }

    private static void AddFlag(List<string> list, CellAttributes from, CellAttributes to, CellAttributes flag, string on, string off)
    {
        if (((from ^ to) & flag) != 0)
            list.Add((to & flag) != 0 ? on : off);
    }

    private static string ColorNumbers(uint packed, int named, int extended, int none)
    {
        var color = TerminalColor.FromPacked(packed);
        return color.Kind switch
        {
            ColorKind.Rgb => $"{extended};2;{color.Value >> 16};{(color.Value >> 8) & 0xFF};{color.Value & 0xFF}",
            ColorKind.Indexed when color.Value < 8 => $"{named + color.Value}",
            ColorKind.Indexed when color.Value < 16 => $"{named + 52 + color.Value}",
            ColorKind.Indexed => $"{extended};5;{color.Value}",
            _ => $"{none}",
        };
    }

    // With colons: a terminal that does not know it must not take its parts for attributes.
    private static string LineColorNumbers(uint packed)
    {
        var color = TerminalColor.FromPacked(packed);
        return color.Kind switch
        {
            ColorKind.Rgb => $"58:2::{color.Value >> 16}:{(color.Value >> 8) & 0xFF}:{color.Value & 0xFF}",
            ColorKind.Indexed => $"58:5:{color.Value}",
            _ => "59",
        };
    }

    private void WriteLink(Hyperlink? link)
    {
        if (link is null)
            writer.Raw("\e]8;;\e\\"u8);
        else
            writer.Command("8;"u8, (link.Id.Length == 0 ? "" : "id=" + link.Id) + ";" + link.Uri);
    }
}
