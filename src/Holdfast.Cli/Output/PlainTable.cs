using System.Text;

namespace Holdfast.Cli.Output;

/// <summary>Lines up columns by their widest cell, two blanks between; the last column is left as long as it is. Owned by one command.</summary>
internal sealed class PlainTable(params string[] header)
{
    private const string Between = "  ";
    private const string Bold = "\e[1m";
    private const string Plain = "\e[0m";

    private readonly List<string[]> _rows = [header];

    public void Add(params string[] cells) => _rows.Add(cells);

    /// <param name="coloured">Whether the header is emphasised.</param>
    /// <param name="columns">Where lines are cut, the width of a terminal; null for whole lines.</param>
    public string ToText(bool coloured, int? columns = null)
    {
        var widths = new int[header.Length];
        foreach (var row in _rows)
        {
            for (var i = 0; i < row.Length; i++)
                widths[i] = Math.Max(widths[i], row[i].Length);
        }

        var text = new StringBuilder();
        foreach (var row in _rows)
        {
            var emphasised = coloured && ReferenceEquals(row, _rows[0]);
            text.Append(emphasised ? Bold : "");
            text.Append(Cut(string.Join(Between, row.Select((cell, i) => i + 1 == row.Length ? cell : cell.PadRight(widths[i]))).TrimEnd(), columns));
            text.Append(emphasised ? Plain : "").Append('\n');
        }

        return text.ToString();
    }

    private static string Cut(string line, int? columns) =>
        columns is { } most and > 1 && line.Length > most ? string.Concat(line.AsSpan(0, most - 1), "…") : line;
}
