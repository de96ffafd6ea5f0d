using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Holdfast.Terminal.Agreement.Pictures;

/// <summary>Everything the model shows, in the words of Oracle/picture.mjs. Stateless.</summary>
internal static class ModelPicture
{
    public static string Of(TerminalModel model)
    {
        var text = new StringBuilder();
        var (size, cursor) = (model.Size, model.Cursor);
        text.Append(CultureInfo.InvariantCulture, $"screen {(model.AlternateScreenActive ? "alternate" : "normal")} {size.Columns}x{size.Rows} scrollback {model.ScrollbackCount}\n");
        text.Append(CultureInfo.InvariantCulture, $"cursor {cursor.Column},{cursor.Row}{(cursor.PendingWrap ? " pending" : "")}{(cursor.Visible ? "" : " hidden")}");
        text.Append(cursor.Shape switch { CursorShape.Underline => " shape=underline\n", CursorShape.Bar => " shape=bar\n", _ => "\n" });
        if (string.Join(' ', Modes(model.Modes)) is { Length: > 0 } modes)
            text.Append(CultureInfo.InvariantCulture, $"modes {modes}\n");
        if (model.Title.Length > 0)
            Quote(text.Append("title "), model.Title).Append('\n');
        for (var i = 0; i < model.ScrollbackCount; i++)
            Line(text, i - model.ScrollbackCount, model.GetScrollbackRow(i));
        for (var i = 0; i < size.Rows; i++)
            Line(text, i, model.GetRow(i));
        return text.ToString();
    }

    /// <summary>A row of the screen as people write it.</summary>
    public static string Text(TerminalModel model, int row)
    {
        var text = new StringBuilder();
        var view = model.GetRow(row);
        for (var x = 0; x < view.Columns; x++)
        {
            var cell = view[x];
            if (cell.Width != 0)
                text.Append(cell.Text.Length == 0 ? " " : cell.Text);
        }
        return text.ToString().TrimEnd(' ');
    }

    private static IEnumerable<string> Modes(TerminalModes modes)
    {
        if (modes.ApplicationCursorKeys)
            yield return "app-cursor";
        if (modes.ApplicationKeypad)
            yield return "app-keypad";
        if (modes.BracketedPaste)
            yield return "bracketed-paste";
        // xterm.js knows no others.
        if (modes.MouseEncoding is MouseEncoding.Sgr or MouseEncoding.SgrPixels)
            yield return modes.MouseEncoding == MouseEncoding.Sgr ? "encoding=sgr" : "encoding=sgr_pixels";
        if (modes.FocusEvents)
            yield return "focus";
        if (modes.Insert)
            yield return "insert";
        if (modes.Mouse != MouseTracking.None)
            yield return "mouse=" + modes.Mouse switch { MouseTracking.X10 => "x10", MouseTracking.Normal => "vt200", MouseTracking.ButtonEvent => "drag", _ => "any" };
        if (modes.LineFeedNewLine)
            yield return "newline";
        if (!modes.AutoWrap)
            yield return "no-autowrap";
        if (modes.Origin)
            yield return "origin";
        if (modes.ReverseWrap)
            yield return "reverse-wrap";
        if (modes.SynchronizedOutput)
            yield return "sync";
    }

    private static void Line(StringBuilder picture, int number, RowView row)
    {
        var text = new StringBuilder();
        var styles = new StringBuilder();
        var (wide, joined) = (new List<int>(), new List<int>());
        var (blanks, runStart) = (0, 0);
        CellStyle run = default;
        var runText = "";
        for (var x = 0; x < row.Columns; x++)
        {
            var cell = row[x];
            if (cell.Style != run && Style(cell.Style) is var style && style != runText)
            {
                Close(styles, runStart, x, runText);
                (runStart, runText) = (x, style);
            }
            run = cell.Style;
            if (cell.Width == 0)
                continue;
            if (cell.Width == 2)
                wide.Add(x);
            if (cell.Text is "" or " ")
            {
                blanks++;
                continue;
            }
            if (Runes(cell.Text) > 1)
                joined.Add(x);
            text.Append(' ', blanks).Append(cell.Text);
            blanks = 0;
        }
        Close(styles, runStart, row.Columns, runText);
        if (text.Length == 0 && styles.Length == 0 && !row.IsWrapped)
            return;
        Quote(picture.Append(CultureInfo.InvariantCulture, $"{number} {(row.IsWrapped ? "+" : "")}"), text.ToString());
        List(picture, "wide", wide);
        List(picture, "joined", joined);
        picture.Append(styles).Append('\n');
    }

    private static int Runes(string text)
    {
        var count = 0;
        foreach (var rune in text.EnumerateRunes())
            count += rune.Utf16SequenceLength > 0 ? 1 : 0;
        return count;
    }

    private static void List(StringBuilder picture, string name, List<int> columns)
    {
        if (columns.Count > 0)
            picture.Append(CultureInfo.InvariantCulture, $" {name}={string.Join(',', columns)}");
    }

    private static void Close(StringBuilder styles, int start, int end, string text)
    {
        if (text.Length > 0)
            styles.Append(CultureInfo.InvariantCulture, $" [{start}-{end - 1}{text}]");
    }

    private static string Style(CellStyle style)
    {
        if (style == default)
            return "";
        var text = new StringBuilder();
        Color(text, "fg", style.Foreground);
        Color(text, "bg", style.Background);
        Flag(text, style.Inverse, "inverse");
        Flag(text, style.Bold, "bold");
        Flag(text, style.Blink, "blink");
        Flag(text, style.Hidden, "invisible");
        Flag(text, style.Strike, "strike");
        Flag(text, style.Italic, "italic");
        Flag(text, style.Faint, "dim");
        Flag(text, style.Protected, "protected");
        Flag(text, style.Overline, "overline");
        if (style.Underline != UnderlineStyle.None)
        {
            text.Append(" underline=").Append(style.Underline switch { UnderlineStyle.Single => "single", UnderlineStyle.Double => "double", UnderlineStyle.Curly => "curly", UnderlineStyle.Dotted => "dotted", _ => "dashed" });
            Color(text, "ul", style.UnderlineColor);
        }
        if (style.Hyperlink is { } link)
            text.Append(CultureInfo.InvariantCulture, $" link={Json(link.Uri)}{(link.Id.Length > 0 ? $" id={Json(link.Id)}" : "")}");
        return text.ToString();
    }

    private static void Flag(StringBuilder text, bool on, string name)
    {
        if (on)
            text.Append(' ').Append(name);
    }

    private static void Color(StringBuilder text, string name, TerminalColor color)
    {
        if (color.Kind == ColorKind.Indexed)
            text.Append(CultureInfo.InvariantCulture, $" {name}={color.Value}");
        else if (color.Kind == ColorKind.Rgb)
            text.Append(CultureInfo.InvariantCulture, $" {name}=#{color.Value:x6}");
    }

    private static string Json(string text) => $"\"{JsonEncodedText.Encode(text, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    private static StringBuilder Quote(StringBuilder picture, string text)
    {
        picture.Append('"');
        foreach (var c in text)
        {
            if (c is < ' ' or '"' or '\\' or (>= '\x7f' and <= '\x9f'))
                picture.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}");
            else
                picture.Append(c);
        }
        return picture.Append('"');
    }
}
