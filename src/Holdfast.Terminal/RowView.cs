using System.Text;
using Holdfast.Terminal.Screen;
using Holdfast.Terminal.Snapshot;

namespace Holdfast.Terminal;

/// <summary>
/// A row to be read cell by cell. Valid until its model is fed, resized or asked for another row.
/// </summary>
public readonly ref struct RowView
{
    private readonly ReadOnlySpan<Cell> _cells;
    private readonly TerminalState _state;

    internal RowView(ReadOnlySpan<Cell> cells, bool wrapped, TerminalState state)
    {
        _cells = cells;
        _state = state;
        IsWrapped = wrapped;
    }

    /// <summary>Whether this row continues the one above it (it was wrapped, not broken).</summary>
    public bool IsWrapped { get; }

    public int Columns => _cells.Length;

    public CellView this[int column]
    {
        get
        {
            ref readonly var cell = ref _cells[column];
            var extra = cell.ExtraId == 0 ? default : _state.Extras[cell.ExtraId];
            return new CellView(TextOf(cell), cell.Width, new CellStyle(cell, extra.UnderlineColor, extra.Link));
        }
    }

    /// <summary>Appends the row's text without the blanks at its end; wide characters once, erased cells as spaces.</summary>
    public void AppendText(StringBuilder text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var end = _cells.Length;
        while (end > 0 && (_cells[end - 1].Content is 0 or ' '))
            end--;
        foreach (ref readonly var cell in _cells[..end])
        {
            if (!cell.IsTrail)
                text.Append(cell.HasText ? TextOf(cell) : " ");
        }
    }

    // The first `end` columns; what would reach beyond `columns` is cut.
    internal void Write(int end, int columns, SequenceWriter writer, bool styled)
    {
        var style = new StyleTransition(_state, writer, protection: false);
        for (var column = 0; column < end; column++)
        {
            ref readonly var cell = ref _cells[column];
            if (cell.IsTrail)
                continue;
            if (styled)
                style.To(cell);
            if (!cell.HasText || column + cell.Width > columns)
                writer.Raw(" "u8);
            else if ((cell.Content & Cell.ClusterBit) != 0)
                writer.Text(_state.Clusters[cell.Content & Cell.ContentMask]);
            else
                writer.Scalar(cell.Content & Cell.ContentMask);
        }
        style.ToPlain();
    }

    private string TextOf(in Cell cell)
    {
        var content = cell.Content & Cell.ContentMask;
        if ((cell.Content & Cell.ClusterBit) != 0)
            return _state.Clusters[content];
        return content == 0 ? "" : content < 0x80 ? Ascii[content] : new Rune(content).ToString();
    }

    // One string for each, for all time: most cells hold one of these.
    private static readonly string[] Ascii = MakeAscii();

    private static string[] MakeAscii()
    {
        var texts = new string[0x80];
        for (var i = 0; i < texts.Length; i++)
            texts[i] = ((char)i).ToString();
        return texts;
    }
}

/// <summary>
/// One cell, ready to be read. A value.
/// </summary>
/// <param name="Text">The grapheme; empty for an erased cell and for the second half of a wide one.</param>
/// <param name="Width">1, 2 for a wide character, 0 for its second half.</param>
public readonly record struct CellView(string Text, int Width, CellStyle Style);
