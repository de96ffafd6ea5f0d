using Holdfast.Terminal.Scrollback;

namespace Holdfast.Terminal.Screen;

/// <summary>
/// Moves rows within the scrolling region, and hands those that leave the main screen at the top to the scrollback. Part of one model.
/// </summary>
internal sealed class Scroller(TerminalState state)
{
    private readonly ByteWriter _line = new();

    /// <summary>The cursor's line feed at the bottom margin (IND): the top row goes to the scrollback, where that begins.</summary>
    public void Feed(bool wrapped)
    {
        var grid = state.Active;
        if (!grid.HasFullWidth)
        {
            MoveUp(grid.Top, 1);
            return;
        }
        if (grid.Top == 0 && grid == state.Main)
            Keep(0);
        grid.ScrollUpByOne(grid.Top, grid.Bottom, state.Eraser);
        if (wrapped)
            grid.SetWrapped(grid.Bottom, true);
    }

    /// <summary>Appends a row of the main screen to the scrollback.</summary>
    public void Keep(int row)
    {
        ref var appended = ref state.Main.Appended(row, out var bytes);
        if (appended.Columns != AppendedRow.AsCells)
        {
            if (state.Scrollback.TryAdd(RowAppender.LineLength(appended), out var line))
                RowAppender.WriteLine(appended, bytes, state.Main.IsWrapped(row), line);
            return;
        }
        _line.Clear();
        state.Main.Encode(row, _line);
        state.Scrollback.Add(_line.Written);
    }

    /// <summary>Moves the rows from <paramref name="top"/> to the bottom margin up, between the margins (SU, DL).</summary>
    public void MoveUp(int top, int count)
    {
        var grid = state.Active;
        var fill = state.Eraser;
        count = Math.Min(count, grid.Bottom - top + 1);
        if (grid.HasFullWidth)
        {
            for (var i = 0; i < count; i++)
                grid.ScrollUpByOne(top, grid.Bottom, fill);
            return;
        }
        for (var row = top; row <= grid.Bottom; row++)
        {
            if (row + count <= grid.Bottom)
                CopyBetweenMargins(grid, row + count, row);
            else
                RowEditor.Erase(grid.Row(row), grid.Left, grid.Right + 1, fill);
        }
    }

    /// <summary>Moves the rows from <paramref name="top"/> to the bottom margin down, between the margins (SD, IL, RI).</summary>
    public void MoveDown(int top, int count, in Cell fill)
    {
        var grid = state.Active;
        count = Math.Min(count, grid.Bottom - top + 1);
        if (grid.HasFullWidth)
        {
            for (var i = 0; i < count; i++)
                grid.ScrollDownByOne(top, grid.Bottom, fill);
            return;
        }
        for (var row = grid.Bottom; row >= top; row--)
        {
            if (row - count >= top)
                CopyBetweenMargins(grid, row - count, row);
            else
                RowEditor.Erase(grid.Row(row), grid.Left, grid.Right + 1, fill);
        }
    }

    private static void CopyBetweenMargins(Grid grid, int from, int to)
    {
        var target = grid.Row(to);
        RowEditor.SplitAround(target, grid.Left, grid.Right + 1);
        var source = grid.Row(from);
        source[grid.Left..(grid.Right + 1)].CopyTo(target[grid.Left..]);
        RowEditor.MendEnds(target, grid.Left, grid.Right + 1);
    }
}
