using System.Buffers;
using System.Text;
using Holdfast.Terminal.Snapshot;

namespace Holdfast.Terminal;

/// <summary>
/// The screen and scrollback as text: trailing blanks trimmed, wide characters once, wrapped lines as they stand. Pure functions.
/// </summary>
public static class TerminalText
{
    /// <summary>The active screen, one line a row, each ended by a line feed.</summary>
    /// <param name="model">Whose screen.</param>
    /// <param name="styled">With escape sequences for colours, attributes and links, each line ending without any.</param>
    public static string Screen(TerminalModel model, bool styled = false)
    {
        ArgumentNullException.ThrowIfNull(model);
        var text = new ArrayBufferWriter<byte>();
        for (var row = 0; row < model.Size.Rows; row++)
            WriteLine(model.GetRow(row), text, styled);
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    /// <summary>The last <paramref name="lines"/> lines of the scrollback.</summary>
    public static string Scrollback(TerminalModel model, int lines = int.MaxValue, bool styled = false)
    {
        ArgumentNullException.ThrowIfNull(model);
        var text = new ArrayBufferWriter<byte>();
        for (var i = Math.Max(0, model.ScrollbackCount - Math.Max(0, lines)); i < model.ScrollbackCount; i++)
            WriteLine(model.GetScrollbackRow(i), text, styled);
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    /// <summary>
    /// One row as UTF-8, without a line end, cut to its first <paramref name="columns"/> columns: half a wide character is a blank. Trailing blanks
    /// are left out, but for those that show a background where <paramref name="styled"/>. Ends at the default rendition.
    /// </summary>
    public static void WriteRow(RowView row, int columns, IBufferWriter<byte> destination, bool styled)
    {
        var end = Math.Min(columns, row.Columns);
        while (end > 0 && IsBlank(row[end - 1], styled))
            end--;
        var writer = new SequenceWriter();
        row.Write(end, Math.Min(columns, row.Columns), writer, styled);
        destination.Write(writer.Written);
    }

    private static void WriteLine(RowView row, IBufferWriter<byte> text, bool styled)
    {
        WriteRow(row, row.Columns, text, styled);
        text.Write("\n"u8);
    }

    private static bool IsBlank(CellView cell, bool styled) =>
        cell is { Width: 1, Text: "" or " " }
        && (!styled || cell.Style is { Background.Kind: ColorKind.Default, Inverse: false, Underline: UnderlineStyle.None, Strike: false, Overline: false });
}
