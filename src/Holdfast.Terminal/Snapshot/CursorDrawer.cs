using Holdfast.Terminal.Modes;
using Holdfast.Terminal.Screen;

namespace Holdfast.Terminal.Snapshot;

/// <summary>
/// Puts the cursors where they are: the saved ones, and at the end the real one, with pen, charsets, a pending wrap, and the character
/// that REP would repeat. Owned by one snapshot.
/// </summary>
internal sealed class CursorDrawer(TerminalState state, SequenceWriter writer, StyleTransition style, RowDrawer rows, CellPrinter printer)
{
    /// <summary>DECSC as it was done on the screen that is active on the other side, which shows <paramref name="grid"/>.</summary>
    public void DrawSaved(Grid? grid, SavedCursor saved)
    {
        if (saved.IsInitial)
            return;
        // Relative to margins that are not set yet, so at the same place.
        if (saved.Origin)
            writer.Raw("\e[?6h"u8);
        var column = saved.PendingWrap ? PrintAtEdge(grid, saved) : -1;
        if (column < 0)
            writer.MoveTo(saved.X, saved.Y);
        style.To(new Cell { Fg = saved.Fg, Bg = saved.Bg, Attr = saved.Flags }, new Extra(saved.UnderlineColor, null));
        WriteCharsets(saved.Charsets);
        writer.Raw("\e7"u8);
        WriteCharsetsBack(saved.Charsets);
        if (saved.Origin)
            writer.Raw("\e[?6l"u8);
        if (column < 0)
            return;
        if (saved.X < state.Columns - 1)
            writer.Raw("\e[?69l"u8);
        // What was printed over an empty cell goes again.
        Repair(grid, saved, column);
    }

    /// <summary>The cursor itself; nothing but what an open sequence holds may come after it.</summary>
    public void Draw()
    {
        var cell = EdgeCell(state.Active, state.X, state.Y, out var column);
        var atEdge = state.PendingWrap;
        if (!atEdge && state.JoinWidth > 0)
            cell = EdgeCell(state.Active, state.X - 1, state.Y, out column);
        var joins = state.JoinWidth > 0 && cell.HasText;
        // The pen is that of the character just printed; else the order is free.
        if (!joins && atEdge)
            DrawAtEdge(cell, column);
        style.To(state.Pen);
        if (!joins && !atEdge)
            MoveTo(state.X);
        WriteCharsets(state.Charsets);
        if (joins)
            DrawJoined(cell, column);
    }

    private void MoveTo(int column) => writer.MoveTo(Relative(column, state.Margins.Left), Relative(state.Y, state.Margins.Top));

    private int Relative(int place, int margin) => state.Has(ModeFlags.Origin) ? place - margin : place;

    // Printing in the last column leaves the wrap pending.
    private void DrawAtEdge(Cell cell, int column)
    {
        MoveTo(column);
        style.To(cell with { Content = 0 });
        MakeRoom(cell, column);
        printer.AssumeClusters(state.Has(ModeFlags.GraphemeClusters));
        if (cell.HasText)
            printer.Print(cell);
        else
            rows.EraseAtEdge(cell, Relative(column, state.Margins.Left) + 1, Relative(state.Y, state.Margins.Top) + 1);
        // SI changes nothing here, but as any control it ends what REP could repeat.
        writer.Raw("\x0f"u8);
        printer.SetClusters(state.Has(ModeFlags.GraphemeClusters));
    }

    private void DrawJoined(in Cell cell, int column)
    {
        MoveTo(column);
        MakeRoom(cell, column);
        var single = Unmapped(cell);
        if (single != 0)
            writer.Raw(single == 2 ? "\eN"u8 : "\eO"u8);
        printer.PrintAsItCame(cell);
    }

    // A character that the charset in force would change was printed through another one.
    private int Unmapped(in Cell cell)
    {
        var content = cell.Content & Cell.ContentMask;
        var scalar = (cell.Content & Cell.ClusterBit) != 0 ? state.Clusters[content][0] : (int)content;
        if (scalar >= 0x7F || state.Charsets.Peek(scalar) == scalar)
            return 0;
        return state.Charsets.G2 == Charset.Ascii ? 2 : state.Charsets.G3 == Charset.Ascii ? 3 : 0;
    }

    // In insert mode what is printed pushes itself aside where it stands already. DCH works between the margins only: they move for it.
    private void MakeRoom(in Cell cell, int column)
    {
        if (!state.Has(ModeFlags.Insert))
            return;
        var margins = state.Margins;
        var isOutside = column < margins.Left || column > margins.Right;
        if (isOutside)
        {
            writer.Sequence("\e["u8, [1, column < margins.Left ? margins.Right + 1 : state.Columns], "s"u8);
            writer.MoveTo(column, Relative(state.Y, margins.Top));
        }
        writer.Csi(printer.IsNarrowed(cell) ? 2 : cell.Width, 'P');
        if (!isOutside)
            return;
        writer.Sequence("\e["u8, [margins.Left + 1, margins.Right + 1], "s"u8);
        MoveTo(column);
    }

    private static Cell EdgeCell(Grid grid, int x, int y, out int column)
    {
        column = Math.Clamp(x, 0, grid.Columns - 1);
        var row = grid.Row(y);
        if (row[column].IsTrail)
            column--;
        return row[column];
    }

    // Returns the column that was printed to.
    private int PrintAtEdge(Grid? grid, SavedCursor saved)
    {
        // Only a margin makes a wrap pending elsewhere.
        if (saved.X < state.Columns - 1)
            writer.Sequence("\e[?69h\e[1;"u8, [saved.X + 1], "s"u8);
        var column = saved.X;
        var cell = grid is null ? default : EdgeCell(grid, saved.X, saved.Y, out column);
        writer.MoveTo(column, saved.Y);
        style.To(cell with { Content = 0 });
        if (cell.HasText)
            printer.PrintAt(cell, column);
        else
            writer.Raw(" "u8);
        return column;
    }

    private void Repair(Grid? grid, SavedCursor saved, int column)
    {
        var row = grid is null ? default : grid.Row(saved.Y);
        if (!row.IsEmpty && row[column].HasText)
            return;
        // Erased cells with a style depend on each other: all of them anew.
        while (!row.IsEmpty && column > 0 && !row[column - 1].HasText && !row[column - 1].IsTrail)
            column--;
        writer.MoveTo(column, saved.Y);
        style.ToPlain();
        writer.Csi(state.Columns - column, 'X');
        rows.ScreenRow = saved.Y;
        if (!row.IsEmpty)
            rows.Draw(row, column);
    }

    private void WriteCharsets(CharsetState charsets)
    {
        for (var i = 0; i < 4; i++)
        {
            if (charsets[i] != Charset.Ascii)
                Designate(i, charsets[i]);
        }
        writer.Raw(charsets.Locked switch { 1 => "\x0e"u8, 2 => "\en"u8, 3 => "\eo"u8, _ => default });
        writer.Raw(charsets.Single switch { 2 => "\eN"u8, 3 => "\eO"u8, _ => default });
    }

    private void WriteCharsetsBack(CharsetState charsets)
    {
        for (var i = 0; i < 4; i++)
        {
            if (charsets[i] != Charset.Ascii)
                Designate(i, Charset.Ascii);
        }
        if (charsets.Locked != 0)
            writer.Raw("\x0f"u8);
        // A shift for one character is used up by one, which leaves nothing behind.
        if (charsets.Single != 0)
            writer.Raw("\e%G"u8);
    }

    private void Designate(int index, Charset charset)
    {
        writer.Raw(index switch { 0 => "\e("u8, 1 => "\e)"u8, 2 => "\e*"u8, _ => "\e+"u8 });
        writer.Raw(charset switch { Charset.DecSpecialGraphics => "0"u8, Charset.British => "A"u8, _ => "B"u8 });
    }
}
