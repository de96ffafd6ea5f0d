namespace Holdfast.Terminal.Screen;

/// <summary>
/// Erases and shifts: ED, EL, ECH, ICH, DCH, IL, DL, SL, SR and their kin. Part of one model.
/// </summary>
internal sealed class ScreenEditor(TerminalState state, Scroller scroller, CursorMotion cursor)
{
    /// <summary>ED and, when only what is not protected goes, DECSED.</summary>
    public void InDisplay(int what, bool selective)
    {
        // As xterm: the last column is erased even when a wrap is pending there, and the wrap with it.
        state.PendingWrap = false;
        switch (what)
        {
            case 0:
                InLine(0, selective);
                if (state.X == 0)
                    state.Active.SetWrapped(state.Y, false);
                Rows(state.Y + 1, state.Rows, selective);
                break;
            case 1:
                Rows(0, state.Y, selective);
                Cells(0, state.X + 1, selective);
                state.Active.SetWrapped(state.Y, false);
                if (state.X == state.Columns - 1 && state.Y + 1 < state.Rows)
                    state.Active.SetWrapped(state.Y + 1, false);
                break;
            case 2:
                Rows(0, state.Rows, selective);
                break;
            case 3 when !selective && !state.IsAlternate:
                state.Scrollback.Clear();
                break;
        }
    }

    /// <summary>EL, DECSEL.</summary>
    public void InLine(int what, bool selective)
    {
        state.PendingWrap = false;
        switch (what)
        {
            case 0:
                Cells(state.X, state.Columns, selective);
                if (state.X == 0)
                    state.Active.SetWrapped(state.Y, false);
                break;
            case 1:
                Cells(0, state.X + 1, selective);
                break;
            case 2:
                Cells(0, state.Columns, selective);
                state.Active.SetWrapped(state.Y, false);
                break;
        }
    }

    /// <summary>ECH.</summary>
    public void Characters(int count)
    {
        state.PendingWrap = false;
        Cells(state.X, Math.Min(state.X + count, state.Columns), selective: false);
    }

    /// <summary>ICH.</summary>
    public void InsertCharacters(int count)
    {
        state.PendingWrap = false;
        if (cursor.IsBetweenMargins)
            RowEditor.Insert(state.Active.Row(state.Y), state.X, count, state.Active.Right + 1, state.Eraser);
    }

    /// <summary>DCH.</summary>
    public void DeleteCharacters(int count)
    {
        state.PendingWrap = false;
        if (cursor.IsBetweenMargins)
            RowEditor.Delete(state.Active.Row(state.Y), state.X, count, state.Active.Right + 1, state.Eraser);
    }

    /// <summary>IL.</summary>
    public void InsertLines(int count)
    {
        state.PendingWrap = false;
        if (!IsInRegion)
            return;
        scroller.MoveDown(state.Y, count, state.Eraser);
        state.X = state.Active.Left;
    }

    /// <summary>DL.</summary>
    public void DeleteLines(int count)
    {
        state.PendingWrap = false;
        if (!IsInRegion)
            return;
        scroller.MoveUp(state.Y, count);
        state.X = state.Active.Left;
    }

    /// <summary>SL, SR, DECIC, DECDC: moves the columns from <paramref name="column"/> to the right margin.</summary>
    public void ShiftColumns(int column, int count, bool insert)
    {
        var grid = state.Active;
        if (!IsInRegion)
            return;
        var fill = state.Eraser;
        for (var y = grid.Top; y <= grid.Bottom; y++)
        {
            if (insert)
                RowEditor.Insert(grid.Row(y), column, count, grid.Right + 1, fill);
            else
                RowEditor.Delete(grid.Row(y), column, count, grid.Right + 1, fill);
            grid.SetWrapped(y, false);
        }
    }

    /// <summary>DECALN: the screen full of E, margins and cursor at their beginning.</summary>
    public void AlignmentPattern()
    {
        var grid = state.Active;
        state.ResetMargins();
        var extra = (uint)state.Intern(state.PenExtra with { Link = null }) << 16;
        for (var y = 0; y < grid.Rows; y++)
            grid.ClearRow(y, new Cell { Content = 'E', Fg = state.Pen.Fg, Bg = state.Pen.Bg, Attr = (state.Pen.Attr & 0xFFFF) | extra });
        cursor.Home();
    }

    private bool IsInRegion => state.Y >= state.Active.Top && state.Y <= state.Active.Bottom && cursor.IsBetweenMargins;

    private void Cells(int start, int end, bool selective)
    {
        var grid = state.Active;
        if (selective)
            RowEditor.EraseUnprotected(grid.Row(state.Y), start, end, state.Eraser);
        else if (end < grid.Columns || state.Pen.Bg != 0)
            RowEditor.Erase(grid.Row(state.Y), start, end, state.Eraser);
        else if (start == 0)
            grid.ClearCells(state.Y);
        else if (!grid.EndsBefore(state.Y, start))
            RowEditor.Erase(grid.Row(state.Y), start, end, state.Eraser);
    }

    private void Rows(int first, int end, bool selective)
    {
        var fill = state.Eraser;
        for (var y = first; y < end; y++)
        {
            if (selective)
            {
                RowEditor.EraseUnprotected(state.Active.Row(y), 0, state.Columns, fill);
                state.Active.SetWrapped(y, false);
            }
            else
            {
                state.Active.ClearRow(y, fill);
            }
        }
    }
}
