using Holdfast.Terminal.Screen;

namespace Holdfast.Terminal;

/// <summary>How a colour is named: not at all, by its place in the palette, or by its value.</summary>
public enum ColorKind
{
    Default,
    Indexed,
    Rgb,
}

/// <summary>
/// A cell's colour as the program named it (SGR 30–49, 38, 48, 58). A value: the index for <see cref="ColorKind.Indexed"/>, 0xRRGGBB for <see cref="ColorKind.Rgb"/>.
/// </summary>
public readonly record struct TerminalColor(ColorKind Kind, int Value)
{
    internal static TerminalColor FromPacked(uint packed) => (packed & PackedColor.ModeMask) switch
    {
        PackedColor.IndexedMode => new(ColorKind.Indexed, (int)(packed & 0xFF)),
        PackedColor.RgbMode => new(ColorKind.Rgb, (int)(packed & PackedColor.ValueMask)),
        _ => default,
    };
}

/// <summary>The line under a character (SGR 4:0 to 4:5).</summary>
public enum UnderlineStyle
{
    None,
    Single,
    Double,
    Curly,
    Dotted,
    Dashed,
}

/// <summary>A hyperlink of OSC 8: where it leads, and the id that makes separate cells one link (may be empty).</summary>
public sealed record Hyperlink(string Uri, string Id);

/// <summary>
/// How a cell looks (SGR, ECMA-48 8.3.117; DECSCA; OSC 8). A value.
/// </summary>
public readonly record struct CellStyle
{
    private readonly uint _attr;
    private readonly uint _fg;
    private readonly uint _bg;
    private readonly uint _underline;

    internal CellStyle(in Cell cell, uint underlineColor, Hyperlink? link)
    {
        _attr = cell.Attr & 0xFFFF;
        _fg = cell.Fg;
        _bg = cell.Bg;
        _underline = underlineColor;
        Hyperlink = link;
    }

    public TerminalColor Foreground => TerminalColor.FromPacked(_fg);

    public TerminalColor Background => TerminalColor.FromPacked(_bg);

    public TerminalColor UnderlineColor => TerminalColor.FromPacked(_underline);

    public Hyperlink? Hyperlink { get; }

    public UnderlineStyle Underline => (UnderlineStyle)((_attr & (uint)CellAttributes.UnderlineMask) >> 9);

    public bool Bold => Has(CellAttributes.Bold);

    public bool Faint => Has(CellAttributes.Faint);

    public bool Italic => Has(CellAttributes.Italic);

    public bool Blink => Has(CellAttributes.Blink);

    public bool Inverse => Has(CellAttributes.Inverse);

    public bool Hidden => Has(CellAttributes.Hidden);

    public bool Strike => Has(CellAttributes.Strike);

    public bool Overline => Has(CellAttributes.Overline);

    /// <summary>Protected from selective erase (DECSCA).</summary>
    public bool Protected => Has(CellAttributes.Protected);

    private bool Has(CellAttributes flag) => (_attr & (uint)flag) != 0;
}
