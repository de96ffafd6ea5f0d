using Holdfast.Terminal.Modes;

namespace Holdfast.Terminal.Screen;

/// <summary>
/// Moves the cursor (ECMA-48 8.3.16 to 8.3.22, DEC additions). Part of one model.
/// </summary>
internal sealed class CursorMotion(TerminalState state, Scroller scroller)
{
    /// <summary>CUP: relative to the margins in origin mode (DECOM), and then kept between them.</summary>
    public void MoveTo(int column, int row)
    {
        var grid = state.Active;
        state.PendingWrap = false;
        if (state.Has(ModeFlags.Origin))
        {
            state.X = Math.Clamp(column + grid.Left, grid.Left, grid.Right);
            state.Y = Math.Clamp(row + grid.Top, grid.Top, grid.Bottom);
            return;
        }
        state.X = Math.Clamp(column, 0, grid.Columns - 1);
        state.Y = Math.Clamp(row, 0, grid.Rows - 1);
    }

    public void Home() => MoveTo(0, 0);

    /// <summary>CHA, HPA.</summary>
    public void MoveToColumn(int column) => MoveTo(column, RelativeRow);

    /// <summary>VPA.</summary>
    public void MoveToRow(int row) => MoveTo(RelativeColumn, row);

    /// <summary>The row as CUP would name it.</summary>
    public int RelativeRow => state.Has(ModeFlags.Origin) ? state.Y - state.Active.Top : state.Y;

    public int RelativeColumn => state.Has(ModeFlags.Origin) ? state.X - state.Active.Left : state.X;

    /// <summary>CUU: stops at the top margin when it begins below it.</summary>
    public void Up(int count)
    {
        state.PendingWrap = false;
        state.Y = Math.Max(state.Y - count, state.Y >= state.Active.Top ? state.Active.Top : 0);
    }

    /// <summary>CUD: stops at the bottom margin when it begins above it.</summary>
    public void Down(int count)
    {
        state.PendingWrap = false;
        state.Y = Math.Min(state.Y + count, state.Y <= state.Active.Bottom ? state.Active.Bottom : state.Rows - 1);
    }

    /// <summary>CUF.</summary>
    public void Right(int count)
    {
        state.PendingWrap = false;
        state.X = Math.Min(state.X + count, state.RightLimit);
    }

    /// <summary>CUB.</summary>
    public void Left(int count)
    {
        state.PendingWrap = false;
        state.X = Math.Max(state.X - count, state.LeftLimit);
    }

    /// <summary>HPR and VPR know no margins but those of origin mode.</summary>
    public void MoveBy(int columns, int rows) => MoveTo(RelativeColumn + columns, RelativeRow + rows);

    public void CarriageReturn()
    {
        state.PendingWrap = false;
        state.X = state.LeftLimit;
    }

    /// <summary>LF, VT, FF: ends the line, so the one below does not continue it.</summary>
    public void LineFeed()
    {
        if (state.Has(ModeFlags.LineFeedNewLine))
            state.X = state.LeftLimit;
        state.PendingWrap = false;
        var grid = state.Active;
        if (state.Y == grid.Bottom)
        {
            if (IsBetweenMargins)
                scroller.Feed(wrapped: false);
        }
        else if (state.Y < grid.Rows - 1)
        {
            state.Y++;
            if (grid.HasFullWidth)
                grid.SetWrapped(state.Y, false);
        }
    }

    /// <summary>IND.</summary>
    public void Index()
    {
        state.PendingWrap = false;
        if (state.Y == state.Active.Bottom)
        {
            if (IsBetweenMargins)
                scroller.Feed(wrapped: false);
        }
        else if (state.Y < state.Rows - 1)
        {
            state.Y++;
        }
    }

    /// <summary>RI.</summary>
    public void ReverseIndex()
    {
        state.PendingWrap = false;
        if (state.Y == state.Active.Top)
        {
            if (IsBetweenMargins)
                scroller.MoveDown(state.Y, 1, state.Eraser);
        }
        else if (state.Y > 0)
        {
            state.Y--;
        }
    }

    /// <summary>BS; with reverse wrap (mode 45) also back over a line that was wrapped.</summary>
    public void Backspace()
    {
        var reverse = state.Has(ModeFlags.ReverseWrap);
        if (reverse && state.PendingWrap)
        {
            state.PendingWrap = false;
            return;
        }
        state.PendingWrap = false;
        if (state.X > state.LeftLimit)
            state.X--;
        else if (reverse && state.X == 0)
            WrapBack();
    }

    /// <summary>HT, CHT.</summary>
    public void Tab(int count)
    {
        if (state.PendingWrap)
            return;
        var limit = state.RightLimit;
        for (var i = 0; i < count && state.X < limit; i++)
            state.X = state.Active.Tabs.Next(state.X, limit);
    }

    /// <summary>CBT. Margins do not hold it, except in origin mode, where nothing is left of them (xterm, TabToPrevStop).</summary>
    public void BackTab(int count)
    {
        if (state.PendingWrap)
            return;
        var limit = state.Has(ModeFlags.Origin) ? state.Margins.Left : 0;
        for (var i = 0; i < count && state.X > limit; i++)
            state.X = state.Active.Tabs.Previous(state.X, limit);
    }

    /// <summary>DECSC, and CSI s where there are no left and right margins.</summary>
    public void Save() => state.Active.Saved = new SavedCursor(
        state.X, state.Y, state.PendingWrap, state.Pen.Fg, state.Pen.Bg, state.Pen.Attr & 0xFFFF, state.PenExtra.UnderlineColor, state.Charsets, state.Has(ModeFlags.Origin));

    /// <summary>DECRC. A hyperlink in force stays: it is no rendition.</summary>
    public void Restore()
    {
        var saved = state.Active.Saved;
        state.Pen.Fg = saved.Fg;
        state.Pen.Bg = saved.Bg;
        var extra = state.PenExtra with { UnderlineColor = saved.UnderlineColor };
        state.Pen.Attr = saved.Flags;
        state.SetPenExtra(extra);
        state.Charsets = saved.Charsets;
        state.Set(ModeFlags.Origin, saved.Origin);
        var grid = state.Active;
        state.X = saved.Origin ? Math.Clamp(saved.X, grid.Left, grid.Right) : Math.Min(saved.X, grid.Columns - 1);
        state.Y = saved.Origin ? Math.Clamp(saved.Y, grid.Top, grid.Bottom) : Math.Min(saved.Y, grid.Rows - 1);
        state.PendingWrap = saved.PendingWrap && state.X == saved.X;
        state.DropStrandedWrap();
    }

    public bool IsBetweenMargins => state.X >= state.Active.Left && state.X <= state.Active.Right;

    private void WrapBack()
    {
        var grid = state.Active;
        if (state.Y <= grid.Top || state.Y > grid.Bottom || !grid.IsWrapped(state.Y))
            return;
        grid.SetWrapped(state.Y, false);
        state.Y--;
        state.X = grid.Columns - 1;
        // The last column is empty where a wide character did not fit.
        if (!grid.Row(state.Y)[state.X].HasText && !grid.Row(state.Y)[state.X].IsTrail && state.X > 0)
            state.X--;
    }
}
