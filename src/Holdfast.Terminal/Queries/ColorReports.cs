using System.Globalization;
using Holdfast.Terminal.Modes;
using Holdfast.Terminal.Screen;

namespace Holdfast.Terminal.Queries;

/// <summary>Sets, restores and reports colours: OSC 4, 10, 11, 12, 104. Part of one model.</summary>
internal sealed class ColorReports(TerminalState state, Answers answers)
{
    /// <summary>OSC 4 ; index ; colour or ? ; …</summary>
    public void SetIndexed(string text, bool endedByBell)
    {
        var parts = text.Split(';');
        for (var i = 0; i + 1 < parts.Length; i += 2)
        {
            if (int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < PaletteState.Indexed)
                SetOrReport(index, $"4;{index}", parts[i + 1], endedByBell);
        }
    }

    /// <summary>OSC 10, 11, 12 ; colour or ? ; … where each further value belongs to the next number.</summary>
    public void SetSpecial(int number, string text, bool endedByBell)
    {
        foreach (var part in text.Split(';'))
        {
            if (number > 12)
                return;
            SetOrReport(PaletteState.Foreground + number - 10, number.ToString(CultureInfo.InvariantCulture), part, endedByBell);
            number++;
        }
    }

    /// <summary>OSC 104 ; index ; …, or all of them.</summary>
    public void RestoreIndexed(string text)
    {
        if (text.Length == 0)
        {
            state.Palette.RestoreIndexed();
            return;
        }
        foreach (var part in text.Split(';'))
        {
            if (int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < PaletteState.Indexed)
                state.Palette.Restore(index);
        }
    }

    private void SetOrReport(int index, string name, string text, bool endedByBell)
    {
        if (text == "?")
            answers.Osc($"{name};{Format(state.Palette.Resolve(index, state.Options))}", endedByBell);
        else if (TryParse(text, out var rgb))
            state.Palette.Change(index, rgb);
    }

    // 16 bits a part, as X11 writes colours: each byte twice.
    private static string Format(int rgb)
    {
        var (red, green, blue) = ((rgb >> 16) & 0xFF, (rgb >> 8) & 0xFF, rgb & 0xFF);
        return $"rgb:{red:x2}{red:x2}/{green:x2}{green:x2}/{blue:x2}{blue:x2}";
    }

    // rgb:r/g/b with one to four digits each, and #rgb, #rrggbb, #rrrgggbbb, #rrrrggggbbbb (XParseColor).
    private static bool TryParse(string text, out int rgb)
    {
        rgb = 0;
        if (text.StartsWith("rgb:", StringComparison.OrdinalIgnoreCase))
        {
            var parts = text[4..].Split('/');
            return parts.Length == 3 && TryScaled(parts[0], ref rgb) && TryScaled(parts[1], ref rgb) && TryScaled(parts[2], ref rgb);
        }
        if (text.Length is not (4 or 7 or 10 or 13) || text[0] != '#')
            return false;
        var digits = (text.Length - 1) / 3;
        return TryLeading(text.AsSpan(1, digits), ref rgb) && TryLeading(text.AsSpan(1 + digits, digits), ref rgb)
            && TryLeading(text.AsSpan(1 + (2 * digits), digits), ref rgb);
    }

    // rgb: scales, so that f is as bright as ff.
    private static bool TryScaled(string digits, ref int rgb)
    {
        if (digits.Length is 0 or > 4 || !int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            return false;
        var most = (1 << (4 * digits.Length)) - 1;
        rgb = (rgb << 8) | (((value * 255) + (most / 2)) / most);
        return true;
    }

    // # names the most significant bits.
    private static bool TryLeading(ReadOnlySpan<char> digits, ref int rgb)
    {
        if (!int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            return false;
        rgb = (rgb << 8) | (digits.Length == 1 ? value << 4 : value >> (4 * (digits.Length - 2)));
        return true;
    }
}
