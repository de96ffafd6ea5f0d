namespace Holdfast.Terminal.Screen;

/// <summary>Changes the size of both screens; wrapped lines of the normal one are wrapped anew. Part of one model.</summary>
internal sealed class Resizer(TerminalState state)
{
    public void Resize(TerminalSize size)
    {
        state.Pin();
        ResizeMain(size);
        if (state.Alternate is { } alternate)
            ResizeAlternate(alternate, size);
        state.Tabs.Resize(size.Columns);
        state.ResetMargins();
        state.Unpin();
        state.JoinWidth = 0;
        state.PendingWrap = false;
        state.AlternateSaved = Clamped(state.AlternateSaved, size);
    }

    private void ResizeMain(TerminalSize size)
    {
        var main = state.Main;
        var buffer = new LineBuffer(state, size)
        {
            // While the alternate screen is active the cursor is not here.
            Y = state.IsAlternate ? state.MainRow : state.Y,
            X = state.IsAlternate ? 0 : state.PendingWrap ? state.X + 1 : state.X,
            SavedLine = state.Scrollback.Count + main.Saved.Y,
            SavedColumn = main.Saved.PendingWrap ? main.Saved.X + 1 : main.Saved.X,
        };
        buffer.ChangeRows(main.Rows);
        new Reflow(buffer).Run();
        buffer.Commit();
        main.Saved = Clamped(main.Saved with { X = buffer.SavedColumn, Y = Math.Max(0, buffer.SavedLine - buffer.Base), PendingWrap = false }, size);
        state.MainRow = Math.Clamp(buffer.Y, 0, size.Rows - 1);
        if (state.IsAlternate)
            return;
        state.Y = state.MainRow;
        state.X = Math.Min(buffer.X, size.Columns - 1);
    }

    // No scrollback, no wrapping: rows come and go below the cursor, or at the top where it is in the last one.
    private void ResizeAlternate(Grid grid, TerminalSize size)
    {
        var lost = Math.Max(0, grid.Rows - size.Rows);
        var below = state.IsAlternate ? grid.Rows - 1 - state.Y : lost;
        var first = Math.Max(0, lost - below);
        var cells = new Cell[size.Columns * size.Rows];
        var wrapped = new bool[size.Rows];
        var columns = Math.Min(grid.Columns, size.Columns);
        for (var row = 0; row < size.Rows && first + row < grid.Rows; row++)
        {
            var target = cells.AsSpan(row * size.Columns, size.Columns);
            grid.Row(first + row)[..columns].CopyTo(target);
            RowEditor.MendEnds(target, 0, size.Columns);
            wrapped[row] = grid.IsWrapped(first + row);
        }
        grid.Replace(size.Columns, size.Rows, cells, wrapped);
        grid.Saved = Clamped(grid.Saved with { Y = Math.Max(0, grid.Saved.Y - first) }, size);
        if (!state.IsAlternate)
            return;
        // Where it stood behind the last column it still does, if there are more of them.
        state.X = Math.Min(state.PendingWrap ? state.X + 1 : state.X, size.Columns - 1);
        state.Y = Math.Clamp(state.Y - first, 0, size.Rows - 1);
    }

    private static SavedCursor Clamped(SavedCursor saved, TerminalSize size) => saved with
    {
        X = Math.Min(saved.PendingWrap ? saved.X + 1 : saved.X, size.Columns - 1),
        Y = Math.Min(saved.Y, size.Rows - 1),
        PendingWrap = false,
    };
}
