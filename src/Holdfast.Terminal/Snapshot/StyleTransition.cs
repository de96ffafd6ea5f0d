using Holdfast.Terminal.Screen;

namespace Holdfast.Terminal.Snapshot;

/// <summary>
/// Brings the pen of the terminal that is drawn on from one style to the next: rendition, link, protection. Owned by one drawing, which
/// begins at a terminal's default style.
/// </summary>
/// <param name="protection">Whether DECSCA is part of it; not for a picture that nobody edits.</param>
internal sealed class StyleTransition(TerminalState state, SequenceWriter writer, bool protection = true)
{
    // Extras that come from no table have this id here, which no cell has.
    private const uint NoId = 0xFFFF_0000;

    private Cell _now;
    private Extra _extra;

    public bool HasBackground => _now.Bg != 0;

    /// <summary>The terminal's pen is known to be plain (after a reset).</summary>
    public void AssumePlain()
    {
        _now = default;
        _extra = default;
    }

    public void To(in Cell target)
    {
        if (!_now.SameStyle(target))
            Change(target, target.ExtraId == 0 ? default : state.Extras[target.ExtraId]);
    }

    public void To(in Cell target, Extra extra)
    {
        Change(target, extra);
        if (extra != default)
            _now.Attr |= NoId;
    }

    /// <summary>Only the background counts (for what is erased).</summary>
    public void ToBackground(uint background) => To(new Cell { Bg = background });

    public void ToPlain() => To(default(Cell));

    private void Change(in Cell target, Extra extra)
    {
        if (_extra.Link != extra.Link)
            WriteLink(extra.Link);
        var change = writer.Reserve(RenditionChange.Longest * 2);
        writer.Advance(RenditionChange.Write(_now, _extra.UnderlineColor, target, extra.UnderlineColor, change, out var beginsAnew));
        var guarded = target.Attr & (uint)CellAttributes.Protected;
        // SGR 0 is no DECSCA, but xterm.js takes it for one.
        if (protection && ((_now.Attr & (uint)CellAttributes.Protected) != guarded || (beginsAnew && guarded != 0)))
            writer.Raw(guarded != 0 ? "\e[1\"q"u8 : "\e[\"q"u8);
        (_now.Fg, _now.Bg, _now.Attr) = (target.Fg, target.Bg, target.Attr);
        _extra = extra;
    }

    private void WriteLink(Hyperlink? link)
    {
        if (link is null)
            writer.Raw("\e]8;;\e\\"u8);
        else
            writer.Command("8;"u8, (link.Id.Length == 0 ? "" : "id=" + link.Id) + ";" + link.Uri);
    }
}
