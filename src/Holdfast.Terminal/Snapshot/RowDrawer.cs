using System.Text;
using Holdfast.Terminal.Scrollback;
using Holdfast.Terminal.Screen;
using Holdfast.Terminal.Unicode;

namespace Holdfast.Terminal.Snapshot;

/// <summary>
/// Draws rows on a blank screen, cell by cell: text, gaps, erased cells in colour. Owned by one snapshot.
/// </summary>
internal sealed class RowDrawer(TerminalState state, SequenceWriter writer, StyleTransition style)
{
    private bool _clusters;

    // The cluster just printed: what comes next must not join it.
    private string _before = "";

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
        ForgetCluster();
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

    /// <summary>Whether the cell was wide until a variation selector made it narrow (mode 2027): printing it takes two columns for a moment.</summary>
    public bool IsNarrowed(in Cell cell) =>
        cell.Width == 1 && (cell.Content & Cell.ClusterBit) != 0
        && Rune.DecodeFromUtf16(state.Clusters[cell.Content & Cell.ContentMask], out var first, out _) == System.Buffers.OperationStatus.Done
        && ScalarProperties.WidthOf(first.Value) == 2;

    private int DrawText(ReadOnlySpan<Cell> row, int x)
    {
        ref readonly var cell = ref row[x];
        if (!IsNarrowed(cell))
        {
            style.To(cell);
            PrintAt(cell, x);
            return cell.IsWide ? 2 : 1;
        }
        if (x == state.Columns - 1 && x > 0)
        {
            DrawNarrowedAtEdge(row, x);
            return 1;
        }
        style.To(cell);
        Print(cell);
        if (x + 1 < state.Columns)
        {
            style.ToPlain();
            writer.Raw("\e[X"u8);
        }
        return 1;
    }

    // There is no second column: it is printed one column before and pushed.
    private void DrawNarrowedAtEdge(ReadOnlySpan<Cell> row, int x)
    {
        style.To(row[x]);
        writer.Csi(x, 'G');
        Print(row[x]);
        writer.Csi(x, 'G');
        style.ToPlain();
        writer.Raw("\e[@"u8);
        var before = row[x - 1].IsTrail ? x - 2 : x - 1;
        writer.Csi(before + 1, 'G');
        writer.Csi(x - before, 'X');
        Draw(row[..x], before);
    }

    /// <summary>Prints a cell's text so that it becomes this cell.</summary>
    public void Print(in Cell cell)
    {
        if ((cell.Content & Cell.ClusterBit) == 0)
        {
            var scalar = cell.Content & Cell.ContentMask;
            // By itself it might join what is before it.
            if (scalar >= 0x80)
                SetClusters(on: false);
            _before = "";
            writer.Scalar(scalar);
            return;
        }
        PrintCluster(state.Clusters[cell.Content & Cell.ContentMask], cell.Width);
    }

    /// <summary>As above in a column, while autowrap is on.</summary>
    public void PrintAt(in Cell cell, int column)
    {
        // A cluster that would be wide had there been room, or autowrap.
        var cramped = column == state.Columns - 1 && (cell.Content & Cell.ClusterBit) != 0
            && !IsSimple(state.Clusters[cell.Content & Cell.ContentMask], 1);
        if (cramped)
            writer.Raw("\e[?7l"u8);
        Print(cell);
        if (cramped)
            writer.Raw("\e[?7h"u8);
    }

    /// <summary>Prints a cell's text in whatever mode is in force: for what was printed in that mode.</summary>
    public void PrintAsItCame(in Cell cell)
    {
        if ((cell.Content & Cell.ClusterBit) != 0)
            writer.Text(state.Clusters[cell.Content & Cell.ContentMask]);
        else
            writer.Scalar(cell.Content & Cell.ContentMask);
    }

    /// <summary>What comes next has nothing to join.</summary>
    public void ForgetCluster() => _before = "";

    public void AssumeClusters(bool on) => _clusters = on;

    /// <summary>Mode 2027 as it is on the terminal that is drawn on.</summary>
    public void SetClusters(bool on)
    {
        if (_clusters == on)
            return;
        _clusters = on;
        writer.Raw(on ? "\e[?2027h"u8 : "\e[?2027l"u8);
    }

    /// <summary>Whether the text becomes a cell of this width without mode 2027.</summary>
    public static bool IsSimple(string text, int width)
    {
        var first = true;
        foreach (var rune in text.EnumerateRunes())
        {
            if (ScalarProperties.WidthOf(rune.Value) != (first ? width : 0))
                return false;
            first = false;
        }
        return true;
    }

    private void PrintCluster(string text, int width)
    {
        SetClusters(!IsSimple(text, width));
        if (_clusters && _before.Length > 0 && Rune.DecodeFromUtf16(text, out var head, out _) == System.Buffers.OperationStatus.Done && GraphemeBreaks.Joins(_before, head.Value))
            writer.Raw("\e[?2027h"u8);
        _before = text;
        var printed = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            // What joined after an interruption joins only after one.
            var lonely = _clusters && printed > 0 && !GraphemeBreaks.Joins(text.AsSpan(0, printed), rune.Value);
            if (lonely)
                writer.Raw("\e[?2027l"u8);
            writer.Scalar((uint)rune.Value);
            if (lonely)
                writer.Raw("\e[?2027h"u8);
            printed += rune.Utf16SequenceLength;
        }
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
            for (var at = end - 1; at >= x; at--)
            {
                if (at > 0 && !IsChangeable(row[at]))
                    LeaveRightHalf(row[at], at);
                else
                    DrawChanged(row[at], at);
            }
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
