using System.Buffers;
using System.Globalization;
using System.Text;

namespace Holdfast.Terminal.Snapshot;

/// <summary>
/// Writes what takes a terminal's rendition from one cell's style to another's (SGR, ECMA-48 8.3.117 with xterm's extensions; OSC 8; DECSCA).
/// Made for one drawing, used by one thread. Begins with a terminal at its default rendition.
/// </summary>
internal sealed class RenditionWriter(IBufferWriter<byte> destination, bool protection)
{
    private readonly StringBuilder _parameters = new();
    private CellStyle _current;

    /// <summary>The rendition the terminal has now.</summary>
    public CellStyle Current => _current;

    public void Change(CellStyle style)
    {
        if (style == _current)
            return;
        ChangeRendition(style);
        if (style.Hyperlink != _current.Hyperlink)
            Write(style.Hyperlink is { } link ? $"\e]8;{(link.Id.Length > 0 ? "id=" + link.Id : "")};{link.Uri}\e\\" : "\e]8;;\e\\");
        if (protection && style.Protected != _current.Protected)
            Write(style.Protected ? "\e[1\"q" : "\e[0\"q");
        _current = style;
    }

    /// <summary>Back to the default.</summary>
    public void Reset() => Change(default);

    private void ChangeRendition(CellStyle style)
    {
        // What is on and must go is cheapest gone with everything: `0` is one digit, each attribute's own end is two.
        var from = Drops(_current, style) || IsPlain(style) ? default : _current;
        _parameters.Clear();
        if (from != _current && !IsPlain(_current))
            Add(IsPlain(style) ? "" : "0");
        AddFlags(from, style);
        AddColor(from.Foreground, style.Foreground, 30, 90, "38");
        AddColor(from.Background, style.Background, 40, 100, "48");
        if (style.UnderlineColor != from.UnderlineColor)
            AddUnderlineColor(style.UnderlineColor);
        if (_parameters.Length > 0)
            Write($"\e[{_parameters.ToString(0, _parameters.Length - 1)}m");
    }

    private void AddFlags(CellStyle from, CellStyle to)
    {
        AddFlag(from.Bold, to.Bold, "1");
        AddFlag(from.Faint, to.Faint, "2");
        AddFlag(from.Italic, to.Italic, "3");
        if (to.Underline != from.Underline)
            Add(to.Underline == UnderlineStyle.Single ? "4" : string.Create(CultureInfo.InvariantCulture, $"4:{(int)to.Underline}"));
        AddFlag(from.Blink, to.Blink, "5");
        AddFlag(from.Inverse, to.Inverse, "7");
        AddFlag(from.Hidden, to.Hidden, "8");
        AddFlag(from.Strike, to.Strike, "9");
        AddFlag(from.Overline, to.Overline, "53");
    }

    private void AddFlag(bool from, bool to, string parameter)
    {
        if (to && !from)
            Add(parameter);
    }

    private void AddColor(TerminalColor from, TerminalColor to, int dark, int bright, string extended)
    {
        if (from == to)
            return;
        Add(to.Kind switch
        {
            ColorKind.Indexed when to.Value < 8 => Text(dark + to.Value),
            ColorKind.Indexed when to.Value < 16 => Text(bright + to.Value - 8),
            ColorKind.Indexed => $"{extended};5;{Text(to.Value)}",
            ColorKind.Rgb => $"{extended};2;{Text(to.Value >> 16)};{Text((to.Value >> 8) & 0xFF)};{Text(to.Value & 0xFF)}",
            _ => Text(dark + 9),
        });
    }

    // With colons: a terminal that does not know 58 would read the rest of it as attributes.
    private void AddUnderlineColor(TerminalColor color) => Add(color.Kind switch
    {
        ColorKind.Indexed => $"58:5:{Text(color.Value)}",
        ColorKind.Rgb => $"58:2::{Text(color.Value >> 16)}:{Text((color.Value >> 8) & 0xFF)}:{Text(color.Value & 0xFF)}",
        _ => "59",
    });

    private void Add(string parameter) => _parameters.Append(parameter).Append(';');

    private void Write(string text) => Encoding.UTF8.GetBytes(text, destination);

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static bool Drops(CellStyle from, CellStyle to) =>
        (from.Bold && !to.Bold) || (from.Faint && !to.Faint) || (from.Italic && !to.Italic) || (from.Blink && !to.Blink)
        || (from.Inverse && !to.Inverse) || (from.Hidden && !to.Hidden) || (from.Strike && !to.Strike) || (from.Overline && !to.Overline)
        || (from.Underline != UnderlineStyle.None && to.Underline == UnderlineStyle.None);

    private static bool IsPlain(CellStyle style) =>
        !Drops(style, default) && style.Foreground == default && style.Background == default && style.UnderlineColor == default;
}
