using System.Globalization;
using System.Text;
using Holdfast.Terminal.Modes;
using Holdfast.Terminal.Screen;

namespace Holdfast.Terminal.Queries;

/// <summary>Device control strings that ask: DECRQSS and XTGETTCAP. Part of one model.</summary>
internal sealed class StatusStrings(TerminalState state, Answers answers)
{
    /// <summary>DECRQSS: the sequence that would bring about a setting as it is now.</summary>
    public void Setting(string request)
    {
        var grid = state.Active;
        var answer = request switch
        {
            "m" => Rendition() + "m",
            "r" => $"{grid.Top + 1};{grid.Bottom + 1}r",
            "s" when state.Has(ModeFlags.LeftRightMargins) => $"{grid.Left + 1};{grid.Right + 1}s",
            "t" when state.Rows >= 24 => $"{state.Rows}t",
            "$|" => $"{state.Columns}$|",
            "*|" => $"{state.Rows}*|",
            " q" => $"{state.CursorStyle} q",
            "\"q" => $"{((state.Pen.Attr & (uint)CellAttributes.Protected) != 0 ? 1 : 0)}\"q",
            "\"p" => "64;1\"p",
            _ => null,
        };
        answers.Dcs(answer is null ? "0$r" : "1$r" + answer);
    }

    /// <summary>XTGETTCAP: names in hexadecimal, answered one by one.</summary>
    public void Capabilities(string request)
    {
        foreach (var name in request.Split(';'))
        {
            if (TryDecode(name, out var plain) && Capability(plain) is { } value)
                answers.Dcs(value.Length == 0 ? "1+r" + name : $"1+r{name}={Convert.ToHexString(Encoding.UTF8.GetBytes(value))}");
            else
                answers.Dcs("0+r" + name);
        }
    }

    private static string? Capability(string name) => name switch
    {
        "TN" or "name" => "xterm-256color",
        "Co" or "colors" => "256",
        "RGB" => "8/8/8",
        "Tc" or "Su" or "XT" or "fullkbd" => "",
        "Smulx" => "\e[4:%p1%dm",
        "Setulc" => "\e[58:2::%p1%{65536}%/%d:%p1%{256}%/%{255}%&%d:%p1%{255}%&%dm",
        "Sync" => "\e[?2026%?%p1%{1}%-%tl%eh%;",
        "Ss" => "\e[%p1%d q",
        "Se" => "\e[0 q",
        "Ms" => null,
        "setrgbf" => "\e[38:2:%p1%d:%p2%d:%p3%dm",
        "setrgbb" => "\e[48:2:%p1%d:%p2%d:%p3%dm",
        _ => null,
    };

    private static bool TryDecode(string hex, out string text)
    {
        text = "";
        if (hex.Length == 0 || hex.Length % 2 != 0)
            return false;
        foreach (var digit in hex)
        {
            if (!char.IsAsciiHexDigit(digit))
                return false;
        }
        text = Encoding.UTF8.GetString(Convert.FromHexString(hex));
        return true;
    }

    private string Rendition()
    {
        var text = new StringBuilder("0");
        var attributes = (CellAttributes)state.Pen.Attr;
        ReadOnlySpan<(CellAttributes Flag, int Number)> flags =
        [
            (CellAttributes.Bold, 1), (CellAttributes.Faint, 2), (CellAttributes.Italic, 3), (CellAttributes.Blink, 5),
            (CellAttributes.Inverse, 7), (CellAttributes.Hidden, 8), (CellAttributes.Strike, 9), (CellAttributes.Overline, 53),
        ];
        foreach (var (flag, number) in flags)
        {
            if ((attributes & flag) != 0)
                text.Append(';').Append(number);
        }
        var underline = (state.Pen.Attr & (uint)CellAttributes.UnderlineMask) >> 9;
        if (underline == 1)
            text.Append(";4");
        else if (underline > 1)
            text.Append(";4:").Append(underline);
        AppendColor(text, state.Pen.Fg, 30, 38);
        AppendColor(text, state.Pen.Bg, 40, 48);
        AppendColor(text, state.PenExtra.UnderlineColor, -1, 58);
        return text.ToString();
    }

    private static void AppendColor(StringBuilder text, uint packed, int named, int extended)
    {
        var color = TerminalColor.FromPacked(packed);
        if (color.Kind == ColorKind.Rgb)
            text.Append(CultureInfo.InvariantCulture, $";{extended}:2::{color.Value >> 16}:{(color.Value >> 8) & 0xFF}:{color.Value & 0xFF}");
        else if (color.Kind == ColorKind.Indexed && color.Value < 8 && named > 0)
            text.Append(CultureInfo.InvariantCulture, $";{named + color.Value}");
        else if (color.Kind == ColorKind.Indexed && color.Value < 16 && named > 0)
            text.Append(CultureInfo.InvariantCulture, $";{named + 60 + color.Value - 8}");
        else if (color.Kind == ColorKind.Indexed)
            text.Append(CultureInfo.InvariantCulture, $";{extended}:5:{color.Value}");
    }
}
