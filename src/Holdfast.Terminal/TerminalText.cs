using System.Text;

namespace Holdfast.Terminal;

/// <summary>
/// The screen and scrollback as text: trailing blanks trimmed, wide characters once, wrapped lines as they stand. Pure functions.
/// </summary>
public static class TerminalText
{
    /// <summary>The active screen, one line a row, each ended by a line feed.</summary>
    public static string Screen(TerminalModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var text = new StringBuilder();
        for (var row = 0; row < model.Size.Rows; row++)
        {
            model.GetRow(row).AppendText(text);
            text.Append('\n');
        }
        return text.ToString();
    }

    /// <summary>The last <paramref name="lines"/> lines of the scrollback.</summary>
    public static string Scrollback(TerminalModel model, int lines = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(model);
        var text = new StringBuilder();
        for (var i = Math.Max(0, model.ScrollbackCount - Math.Max(0, lines)); i < model.ScrollbackCount; i++)
        {
            model.GetScrollbackRow(i).AppendText(text);
            text.Append('\n');
        }
        return text.ToString();
    }
}
