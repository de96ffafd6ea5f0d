using System.Globalization;
using System.Text;
using Holdfast.Terminal;

namespace Holdfast.Daemon.Recovery;

/// <summary>
/// What a restored session's output begins with: the modes that the lost program left on are reset, and below the old screen a line says what
/// happened. Output like any other, so that every reader, the model included, sees the same. Pure functions.
/// </summary>
public static class RestorePrologue
{
    // Out of a half sequence; the normal screen; then, one by one, what DECSTR leaves alone.
    private const string Reset =
        "\x18\x1b\\\x1b[?1049l\x1b[?47l\x1b[!p\x1b[?9l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1005l\x1b[?1006l\x1b[?1015l\x1b[?1016l"
        + "\x1b[?1004l\x1b[?2004l\x1b[?2026l\x1b[?2027l\x1b[?2031l\x1b[?2048l\x1b[?5l\x1b[?45l\x1b[?69l\x1b[20l\x1b[12h\x1b[<99u\x1b[=0u\x1b[>4;0m"
        + "\x1b[?25h\x1b[?7h\x1b[0 q\x1b]104\x1b\\\x1b]110\x1b\\\x1b]111\x1b\\\x1b]112\x1b\\\x1b(B\x1b)B\x0f\x1b[0m";

    /// <summary>The bytes for a model in the state the program left it in, which this feeds them to.</summary>
    public static byte[] Write(TerminalModel model, string line)
    {
        var reset = Encoding.UTF8.GetBytes(Reset);
        // Switching to the normal screen restores a cursor only where it had been left: otherwise it would go to a place nobody saved.
        if (!model.AlternateScreenActive)
            reset = Encoding.UTF8.GetBytes(Reset.Replace("\x1b[?1049l\x1b[?47l", "", StringComparison.Ordinal));
        model.Feed(reset);
        var last = Enumerable.Range(0, model.Size.Rows).LastOrDefault(row => !IsBlank(model.GetRow(row)), -1);
        var below = last < 0
            ? "\x1b[H"
            : string.Create(CultureInfo.InvariantCulture, $"\x1b[{last + 1};1H\r\n");
        var text = Encoding.UTF8.GetBytes($"{below}── holdfast: {line} ──\r\n");
        model.Feed(text);
        return [.. reset, .. text];
    }

    private static bool IsBlank(RowView row)
    {
        var text = new StringBuilder();
        row.AppendText(text);
        return string.IsNullOrWhiteSpace(text.ToString());
    }
}
