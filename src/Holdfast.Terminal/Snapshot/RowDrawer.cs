using Holdfast.Terminal.Scrollback;
using Holdfast.Terminal.Screen;

namespace Holdfast.Terminal.Snapshot;

/// <summary>
/// Draws rows on a blank screen, cell by cell: text, gaps, erased cells in colour. Owned by one snapshot.
/// </summary>
internal sealed class RowDrawer(TerminalState state, SequenceWriter writer, StyleTransition style, CellPrinter printer)
{
    /// <summary>Where on the other screen the row lies that is drawn now.</summary>
    public int ScreenRow { get; set; }

    /// <summary>Draws the cells of a row from <paramref name="from"/> on, where the cursor is; the row is blank there.</summary>
    public void Draw(ReadOnlySpan<Cell> row, int from)
    {
        var end = LineCodec.UsedCells(row);
        for (var x = from; x < end;)
        {
            ref readonly var cell = ref row[x];
            if (IsAscii(cell))
            {
                x += DrawAscii(row[x..end]);
                continue;
            }
            if (cell.HasText)
            {
                x += DrawText(row, x);
                continue;
            }
            var count = RunLength(row[x..end]);
            if (HasOnlyBackground(cell))
                Erase(cell.Bg, count, toEnd: x > 0 && x + count == state.Columns);
            else
                count = DrawStyledBlanks(row, x);
            x += count;
        }
    }

    /// <summary>
    /// Leaves a wrap pending over an erased cell, where the cursor is: a space that DECERA erases, which moves no cursor. A terminal without
    /// it keeps the space, which looks the same.
    /// </summary>
    public void EraseAtEdge(in Cell cell, int column, int row)
    {
        var can = IsChangeable(cell);
        style.To(can ? new Cell { Bg = cell.Bg } : cell);
        writer.Raw(" "u8);
        if (!can)
            return;
        writer.Sequence("\e["u8, [row, column, row, column], "$z"u8);
        if (cell.Attr != 0)
            ChangeAttributes((CellAttributes)cell.Attr, row, column);
    }

    private static bool IsAscii(in Cell cell) => cell.Content - 0x20 <= 0x5E;

    // Cells of one style, as far as they are ASCII. Returns how many.
    private int DrawAscii(ReadOnlySpan<Cell> cells)
    {
        style.To(cells[0]);
        printer.ForgetCluster();
        var text = writer.Reserve(cells.Length);
        var count = 0;
        while (count < cells.Length && count < text.Length && IsAscii(cells[count]) && cells[count].SameStyle(cells[0]))
        {
            text[count] = (byte)cells[count].Content;
            count++;
        }
        writer.Advance(count);
        return count;
    }

    private int DrawText(ReadOnlySpan<Cell> row, int x)
    {
        ref readonly var cell = ref row[x];
        if (printer.IsCramped(cell) && x < state.Columns - 1)
        {
            DrawCramped(cell, x);
            return 1;
        }
        if (!printer.IsNarrowed(cell))
        {
            style.To(cell);
            printer.PrintAt(cell, x);
            return cell.IsWide ? 2 : 1;
        }
        if (x == state.Columns - 1 && x > 0)
        {
            DrawNarrowedAtEdge(row, x);
            return 1;
        }
        style.To(cell);
        printer.Print(cell);
        if (x + 1 < state.Columns)
        {
            style.ToPlain();
            writer.Raw("\e[X"u8);
        }
        return 1;
    }

    // It becomes so in the last column alone, and is pulled from there.
    private void DrawCramped(in Cell cell, int x)
    {
        var last = state.Columns - 1;
        writer.Csi(last + 1, 'G');
        style.To(cell);
        printer.PrintAt(cell, last);
        printer.ForgetCluster();
        style.ToPlain();
        writer.Csi(x + 1, 'G');
        writer.Csi(last - x, 'P');
        writer.Csi(1, 'C');
    }

    // There is no second column: it is printed one column before and pushed.
    private void DrawNarrowedAtEdge(ReadOnlySpan<Cell> row, int x)
    {
        style.To(row[x]);
        writer.Csi(x, 'G');
        printer.Print(row[x]);
        writer.Csi(x, 'G');
        style.ToPlain();
        writer.Raw("\e[@"u8);
        var before = row[x - 1].IsTrail ? x - 2 : x - 1;
        writer.Csi(before + 1, 'G');
        writer.Csi(x - before, 'X');
        Draw(row[..x], before);
    }

    private static bool HasOnlyBackground(in Cell cell) => (cell.Content | cell.Fg | cell.Attr) == 0;

    private static int RunLength(ReadOnlySpan<Cell> cells)
    {
        var count = 1;
        while (count < cells.Length && cells[count].Content == 0 && cells[count].SameStyle(cells[0]))
            count++;
        return count;
    }

    private void Erase(uint background, int count, bool toEnd)
    {
        if (background != 0)
        {
            style.ToBackground(background);
            // Not from the first column: EL would end the line that this one continues.
            if (toEnd)
            {
                writer.Raw("\e[K"u8);
                return;
            }
            writer.Csi(count, 'X');
        }
        writer.Csi(count, 'C');
    }

    // An empty cell that has more than a background is what remains of a wide character when half of it is overwritten: so are these
    // made. Returns how many were.
    private int DrawStyledBlanks(ReadOnlySpan<Cell> row, int x)
    {
        var end = x + 1;
        while (end < row.Length && row[end].Content == 0 && !HasOnlyBackground(row[end]))
            end++;
        if (end < state.Columns)
        {
            for (var at = x; at < end; at++)
                LeaveLeftHalf(row[at], at);
        }
        else if (x == 0)
        {
            DrawBlankRow(row);
        }
        else
        {
            for (var at = end - 1; at >= x; at--)
                LeaveRightHalf(row[at], at);
            // What helped stands in the cell before, which is drawn again.
            var before = row[x - 1].IsTrail ? x - 2 : x - 1;
            writer.Csi(before + 1, 'G');
            style.ToPlain();
            writer.Csi(x - before, 'X');
            Draw(row[..x], before);
        }
        return end - x;
    }

    // Nothing but such cells: what is left over of the helping character lies in a cell that DECCARA can make, and that one comes last.
    private void DrawBlankRow(ReadOnlySpan<Cell> row)
    {
        var last = 0;
        while (last < row.Length - 1 && !IsChangeable(row[last]))
            last++;
        // None can be made so: the first column then has to do without its link or foreground.
        last = IsChangeable(row[last]) ? last : 0;
        for (var at = row.Length - 1; at > last; at--)
        {
            if (IsChangeable(row[at]))
                DrawChanged(row[at], at);
            else
                LeaveRightHalf(row[at], at);
        }
        for (var at = 0; at < last; at++)
        {
            writer.Csi(at + 1, 'G');
            LeaveLeftHalf(row[at], at);
        }
        DrawChanged(row[last], last);
    }

    // What DECCARA can bring about on an erased cell.
    private static bool IsChangeable(in Cell cell) =>
        cell.Fg == 0 && (cell.Attr & ~RectangleEditor.Changeable) == 0 && (cell.Attr & (uint)CellAttributes.UnderlineMask) >> 9 <= (uint)UnderlineStyle.Single;

    private void LeaveLeftHalf(in Cell cell, int x)
    {
        style.To(cell);
        writer.Raw("\u3000"u8);
        writer.Csi(x + 2, 'G');
        writer.Raw(" "u8);
        writer.Csi(x + 2, 'G');
        style.ToPlain();
        writer.Raw("\e[X"u8);
    }

    private void LeaveRightHalf(in Cell cell, int x)
    {
        style.To(cell);
        writer.Csi(x, 'G');
        writer.Raw("\u3000"u8);
        writer.Csi(x, 'G');
        writer.Raw(" "u8);
    }

    // A whole row of such cells comes from DECCARA, so the terminal knows it.
    private void DrawChanged(in Cell cell, int x)
    {
        style.ToBackground(cell.Bg);
        writer.Csi(x + 1, 'G');
        writer.Raw("\e[X"u8);
        ChangeAttributes((CellAttributes)cell.Attr, ScreenRow + 1, x + 1);
    }

    private void ChangeAttributes(CellAttributes flags, int row, int column)
    {
        writer.Sequence("\e["u8, [row, column, row, column], ";0"u8);
        if ((flags & CellAttributes.Bold) != 0)
            writer.Raw(";1"u8);
        if ((flags & CellAttributes.UnderlineMask) != 0)
            writer.Raw(";4"u8);
        if ((flags & CellAttributes.Blink) != 0)
            writer.Raw(";5"u8);
        if ((flags & CellAttributes.Inverse) != 0)
            writer.Raw(";7"u8);
        if ((flags & CellAttributes.Hidden) != 0)
            writer.Raw(";8"u8);
        writer.Raw("$r"u8);
    }
}
