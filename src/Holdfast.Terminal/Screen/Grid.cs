namespace Holdfast.Terminal.Screen;

/// <summary>
/// One screen: its cells and its saved cursor, and the margins and tab stops that it shares with the other one.
/// Owned by one model. Rows are reached through an index, so that scrolling moves numbers and never cells.
/// </summary>
internal sealed class Grid
{
    private Cell[] _cells;
    private int[] _slots;
    private bool[] _wrapped;

    private readonly Margins _margins;

    public Grid(int columns, int rows, Margins margins, TabStops tabs)
    {
        Columns = columns;
        Rows = rows;
        _cells = new Cell[columns * rows];
        _slots = Enumerate(rows);
        _wrapped = new bool[rows];
        _margins = margins;
        Tabs = tabs;
    }

    public int Columns { get; private set; }

    public int Rows { get; private set; }

    /// <summary>First and last row of the scrolling region (DECSTBM).</summary>
    public int Top => _margins.Top;

    public int Bottom => _margins.Bottom;

    /// <summary>First and last column between the margins (DECSLRM); the whole width where they are off.</summary>
    public int Left => _margins.Left;

    public int Right => _margins.Right;

    public TabStops Tabs { get; }

    public SavedCursor Saved { get; set; } = SavedCursor.Initial;

    public Span<Cell> AllCells => _cells;

    public bool HasFullWidth => Left == 0 && Right == Columns - 1;

    public Span<Cell> Row(int row) => _cells.AsSpan(_slots[row] * Columns, Columns);

    public bool IsWrapped(int row) => _wrapped[_slots[row]];

    public void SetWrapped(int row, bool wrapped) => _wrapped[_slots[row]] = wrapped;

    /// <summary>Moves the rows of a region up by one; the lowest becomes empty.</summary>
    public void ScrollUpByOne(int top, int bottom, in Cell fill)
    {
        var slots = _slots;
        var slot = slots[top];
        slots.AsSpan(top + 1, bottom - top).CopyTo(slots.AsSpan(top));
        slots[bottom] = slot;
        ClearSlot(slot, fill);
    }

    /// <summary>Moves the rows of a region down by one; the highest becomes empty.</summary>
    public void ScrollDownByOne(int top, int bottom, in Cell fill)
    {
        var slots = _slots;
        var slot = slots[bottom];
        slots.AsSpan(top, bottom - top).CopyTo(slots.AsSpan(top + 1));
        slots[top] = slot;
        ClearSlot(slot, fill);
    }

    public void ClearRow(int row, in Cell fill) => ClearSlot(_slots[row], fill);

    public void Clear(in Cell fill)
    {
        for (var row = 0; row < Rows; row++)
            ClearRow(row, fill);
    }

    /// <summary>Takes over rows of any width, as a resize makes them; missing cells are blank.</summary>
    public void Replace(int columns, int rows, Cell[] cells, bool[] wrapped)
    {
        Columns = columns;
        Rows = rows;
        _cells = cells;
        _wrapped = wrapped;
        _slots = Enumerate(rows);
    }

    private void ClearSlot(int slot, in Cell fill)
    {
        _wrapped[slot] = false;
        var cells = _cells.AsSpan(slot * Columns, Columns);
        if (fill.IsBlank)
            cells.Clear();
        else
            cells.Fill(fill);
    }

    private static int[] Enumerate(int count)
    {
        var numbers = new int[count];
        for (var i = 0; i < count; i++)
            numbers[i] = i;
        return numbers;
    }
}
