using Holdfast.Terminal.Scrollback;
using Holdfast.Terminal.Screen;

namespace Holdfast.Terminal.Snapshot;

/// <summary>
/// Draws lines one below the other on a blank screen from its upper left corner, so that wrapped lines are wrapped again and what does
/// not fit leaves at the top. Owned by one snapshot.
/// </summary>
internal sealed class ScreenDrawer(TerminalState state, SequenceWriter writer, StyleTransition style, RowDrawer rows)
{
    private readonly int _columns = state.Columns;
    private readonly int _rows = state.Rows;
    private Cell[] _row = new Cell[state.Columns];
    private Cell[] _next = new Cell[state.Columns];

    /// <summary>The normal screen, below the last <paramref name="scrollback"/> lines above it.</summary>
    public void DrawMain(int scrollback)
    {
        var first = state.Scrollback.Count - scrollback;
        Draw(scrollback, state.Main, scrollback + (scrollback > 0 ? _rows : UsedRows(state.Main)), first);
    }

    public void DrawAlternate() => Draw(0, state.Alternate!, UsedRows(state.Alternate!), 0);

    private static int UsedRows(Grid grid)
    {
        var used = grid.Rows;
        while (used > 0 && grid.IsBlank(used - 1) && !grid.IsWrapped(used - 1))
            used--;
        return used;
    }

    private void Draw(int above, Grid grid, int count, int first)
    {
        if (count == 0)
            return;
        var wrapped = Load(_row, 0, above, grid, first);
        if (wrapped && _rows > 1)
            BeginWrapped();
        var flows = false;
        for (var i = 0; i < count; i++)
        {
            var nextWrapped = i + 1 < count && Load(_next, i + 1, above, grid, first);
            var scrolls = i >= _rows - 1;
            var natural = nextWrapped && Flows(_row, _next, scrolls);
            // A screen of one row has no room to wrap by force.
            nextWrapped &= natural || _rows > 1;
            if (nextWrapped && !natural)
                ForceWrap(flows);
            rows.ScreenRow = Math.Min(i, _rows - (nextWrapped && !natural ? 2 : 1));
            rows.Draw(natural && _row[^1].Content == 0 ? _row.AsSpan(0, _columns - 1) : _row, 0);
            if (i + 1 < count && !natural)
                EndRow(nextWrapped);
            flows = natural;
            (_row, _next) = (_next, _row);
        }
    }

    private void EndRow(bool nextWrapped)
    {
        if (nextWrapped)
        {
            writer.Raw("\r\e[B"u8);
            return;
        }
        // A row that scrolls in takes the background in force.
        if (style.HasBackground)
            style.ToPlain();
        writer.Raw("\r\n"u8);
    }

    private bool Load(Cell[] row, int index, int above, Grid grid, int first)
    {
        Array.Clear(row);
        if (index < above)
        {
            var line = state.Scrollback[first + index];
            if (LineCodec.CellCount(line) <= row.Length)
                LineCodec.Decode(line, row, state);
            return LineCodec.IsWrapped(line);
        }
        grid.Row(index - above).CopyTo(row);
        return grid.IsWrapped(index - above);
    }

    // Whether printing the row up to its end and then the next one wraps by itself, and leaves nothing that was not there.
    private static bool Flows(ReadOnlySpan<Cell> row, ReadOnlySpan<Cell> next, bool scrolls)
    {
        if (!next[0].HasText || (scrolls && next[0].Bg != 0))
            return false;
        var last = row[^1];
        if (last.HasText || last.IsTrail)
            return true;
        // Where a wide character did not fit.
        return next[0].IsWide && last.Content == 0 && last.SameStyle(next[0]) && row.Length > 2 && (row[^2].HasText || row[^2].IsTrail)
            && (next[0].Content & Cell.ClusterBit) == 0;
    }

    // Two blanks over the edge, both erased again: the row below continues this one.
    private void ForceWrap(bool flows)
    {
        if (flows)
        {
            // The row itself continues the one above: its first character takes it there.
            style.To(_row[0]);
            rows.Print(_row[0]);
        }
        style.ToPlain();
        writer.Csi(_columns, 'G');
        writer.Raw("  \r\e[X\e[A"u8);
        writer.Csi(_columns, 'G');
        writer.Raw("\e[X\r"u8);
    }

    // The first row continues one that is not drawn: a blank one, which is scrolled away without being kept.
    private void BeginWrapped()
    {
        style.ToPlain();
        writer.Csi(_columns, 'G');
        writer.Raw("  \e[S\e[H\e[X"u8);
    }
}
