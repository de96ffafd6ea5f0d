using Holdfast.Terminal.Scrollback;
using Holdfast.Terminal.Screen;

namespace Holdfast.Terminal.Snapshot;

/// <summary>
/// Draws lines one below the other on a blank screen from its upper left corner, so that wrapped lines are wrapped again and what does
/// not fit leaves at the top. Owned by one snapshot.
/// </summary>
internal sealed class ScreenDrawer(TerminalState state, SequenceWriter writer, StyleTransition style, RowDrawer rows, CellPrinter printer, StoredLineDrawer stored)
{
    private readonly int _columns = state.Columns;
    private readonly int _rows = state.Rows;

    // Two rows that were last asked for, by their places.
    private readonly Cell[] _even = new Cell[state.Columns];
    private readonly Cell[] _odd = new Cell[state.Columns];
    private int _evenIs = -1;
    private int _oddIs = -1;

    // What is drawn now: lines of the scrollback from the first one on, then a grid.
    private Grid _grid = state.Main;
    private int _above;
    private int _first;

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
        (_grid, _above, _first, _evenIs, _oddIs) = (grid, above, first, -1, -1);
        if (IsWrapped(0))
            BeginWrapped();
        var flows = false;
        for (var i = 0; i < count; i++)
        {
            var nextWrapped = i + 1 < count && IsWrapped(i + 1);
            var natural = nextWrapped && FlowsOn(i);
            var forced = nextWrapped && !natural;
            if (forced && _rows > 1)
                ForceWrap(Row(i), flows);
            rows.ScreenRow = Math.Min(i, Math.Max(0, _rows - (forced ? 2 : 1)));
            // It is printed without autowrap, so a space takes it to its row.
            if (flows && _columns == 1 && printer.IsCramped(Row(i)[0]))
                writer.Raw(" \r"u8);
            DrawRow(i, natural);
            if (forced && _rows == 1)
                WrapInOneRow(Row(i));
            else if (i + 1 < count && !natural)
                EndRow(nextWrapped);
            flows = natural;
        }
    }

    private void DrawRow(int index, bool natural)
    {
        var drawn = 0;
        if (index < _above)
        {
            var line = state.Scrollback[_first + index];
            var cells = LineCodec.CellCount(line);
            if (cells <= _columns && (drawn = stored.Draw(line)) == cells)
                return;
        }
        var row = Row(index);
        // Where a wide character did not fit, nothing is drawn: it wraps by itself.
        rows.Draw(natural && row[^1].Content == 0 ? row[..^1] : row, drawn);
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

    private bool IsWrapped(int index) =>
        index < _above ? LineCodec.IsWrapped(state.Scrollback[_first + index]) : _grid.IsWrapped(index - _above);

    private ReadOnlySpan<Cell> Row(int index)
    {
        var isOdd = (index & 1) != 0;
        var row = isOdd ? _odd : _even;
        ref var held = ref isOdd ? ref _oddIs : ref _evenIs;
        if (held != index)
            Load(row, index);
        held = index;
        return row;
    }

    private void Load(Cell[] row, int index)
    {
        if (index >= _above)
        {
            _grid.Row(index - _above).CopyTo(row);
            return;
        }
        Array.Clear(row);
        var line = state.Scrollback[_first + index];
        if (LineCodec.CellCount(line) <= row.Length)
            LineCodec.Decode(line, row, state);
    }

    private bool FlowsOn(int index) =>
        (index + 1 < _above && StoredLineDrawer.AreKnownToFlow(state.Scrollback[_first + index], state.Scrollback[_first + index + 1], _columns))
        || Flows(Row(index), Row(index + 1), scrolls: index >= _rows - 1);

    // Whether printing the row up to its end and then the next one wraps by itself, and leaves nothing that was not there.
    private static bool Flows(ReadOnlySpan<Cell> row, ReadOnlySpan<Cell> next, bool scrolls)
    {
        if (!next[0].HasText || (scrolls && next[0].Bg != 0))
            return false;
        var last = row[^1];
        if (last.HasText || last.IsTrail)
            return true;
        // Where a wide character did not fit.
        return next[0].IsWide && last.Content == 0 && last.SameStyle(next[0]) && row.Length > 1 && (row[^2].HasText || row[^2].IsTrail)
            && (next[0].Content & Cell.ClusterBit) == 0;
    }

    // Two blanks over the edge, both erased again: the row below continues this one.
    private void ForceWrap(ReadOnlySpan<Cell> row, bool flows)
    {
        if (flows)
        {
            // The row itself continues the one above: its first character takes it there.
            style.To(row[0]);
            printer.Print(row[0]);
        }
        style.ToPlain();
        writer.Csi(_columns, 'G');
        writer.Raw("  \r\e[X\e[A"u8);
        writer.Csi(_columns, 'G');
        writer.Raw("\e[X\r"u8);
    }

    // There is no second row to prepare: the row is filled up to its end, which goes again under the pending wrap, and then wraps.
    private void WrapInOneRow(ReadOnlySpan<Cell> row)
    {
        if (!row[^1].HasText && !row[^1].IsTrail)
        {
            writer.Csi(_columns, 'G');
            rows.EraseAtEdge(row[^1], _columns, 1);
        }
        style.ToPlain();
        writer.Raw(" \r\e[X"u8);
    }

    // The first row continues one that is not drawn: a blank one, which is scrolled away without being kept. A single row is kept by the
    // normal screen.
    private void BeginWrapped()
    {
        if (_rows == 1 && _grid == state.Main)
            return;
        style.ToPlain();
        writer.Csi(_columns, 'G');
        writer.Raw(_rows == 1 ? "  \r\e[X"u8 : "  \e[S\e[H\e[X"u8);
    }
}
