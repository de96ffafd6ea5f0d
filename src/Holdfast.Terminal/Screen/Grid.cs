using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Holdfast.Terminal.Scrollback;

namespace Holdfast.Terminal.Screen;

/// <summary>
/// One screen: its cells and its saved cursor, and the margins and tab stops that it shares with the other one.
/// Owned by one model. Rows are reached through an index, so that scrolling moves numbers and never cells; a row becomes one of cells when
/// somebody asks for them, and until then is what was appended to it.
/// </summary>
internal sealed class Grid
{
    private Cell[] _cells;
    private int[] _slots;
    private bool[] _wrapped;
    private AppendedRow[] _appended;

    // A row's bytes while they make room for its cells.
    private byte[] _line = [];

    private readonly TerminalState _state;
    private readonly Margins _margins;

    public Grid(int columns, int rows, TerminalState state)
    {
        _state = state;
        Columns = columns;
        Rows = rows;
        _cells = new Cell[columns * rows];
        _slots = Enumerate(rows);
        _wrapped = new bool[rows];
        _appended = new AppendedRow[rows];
        _margins = state.Margins;
        Tabs = state.Tabs;
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

    public bool HasFullWidth => Left == 0 && Right == Columns - 1;

    /// <summary>The row's cells, for whatever is to be done with them.</summary>
    public Span<Cell> Row(int row)
    {
        var slot = _slots[row];
        if (_appended[slot].Columns != AppendedRow.AsCells)
            ToCells(slot);
        return Cells(slot);
    }

    /// <summary>The cells of a row that is kept as such; none where it is kept as bytes, which name nothing in any table.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<Cell> KeptCells(int row)
    {
        var slot = _slots[row];
        return _appended[slot].Columns == AppendedRow.AsCells ? Cells(slot) : default;
    }

    /// <summary>The row as it was appended so far and the room for its bytes; its columns are beyond all where it is kept as cells.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref AppendedRow Appended(int row, out Span<byte> bytes)
    {
        var slot = _slots[row];
        bytes = MemoryMarshal.AsBytes(Cells(slot));
        return ref _appended[slot];
    }

    public bool IsBlank(int row)
    {
        ref var appended = ref _appended[_slots[row]];
        return appended.Columns == 0 || (appended.Columns == AppendedRow.AsCells && LineCodec.UsedCells(Cells(_slots[row])) == 0);
    }

    /// <summary>Whether the row has nothing from <paramref name="column"/> on, as far as that is known without looking at each cell.</summary>
    public bool EndsBefore(int row, int column) => _appended[_slots[row]].Columns <= column;

    /// <summary>Erases the row's cells; whether it continues the one above stays.</summary>
    public void ClearCells(int row) => _appended[_slots[row]] = default;

    public void Encode(int row, ByteWriter writer)
    {
        ref var appended = ref Appended(row, out var bytes);
        if (appended.Columns == AppendedRow.AsCells)
        {
            LineCodec.Encode(Cells(_slots[row]), IsWrapped(row), _state, writer);
            return;
        }
        var length = RowAppender.LineLength(appended);
        RowAppender.WriteLine(appended, bytes, IsWrapped(row), writer.Reserve(length));
        writer.Advance(length);
    }

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
        _appended = new AppendedRow[rows];
        foreach (ref var row in _appended.AsSpan())
            row.Columns = AppendedRow.AsCells;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Span<Cell> Cells(int slot) => _cells.AsSpan(slot * Columns, Columns);

    private void ToCells(int slot)
    {
        ref var appended = ref _appended[slot];
        var cells = Cells(slot);
        if (appended.Columns > 0)
        {
            var length = RowAppender.LineLength(appended);
            if (_line.Length < length)
                _line = new byte[Math.Max(length, cells.Length * 2)];
            RowAppender.WriteLine(appended, MemoryMarshal.AsBytes(cells), wrapped: false, _line);
            cells.Clear();
            var pins = appended.HasClusters && !_state.IsPinned;
            if (pins)
                _state.Pin();
            LineCodec.Decode(_line.AsSpan(0, length), cells, _state);
            if (pins)
                _state.Unpin();
        }
        else
        {
            cells.Clear();
        }
        appended.Columns = AppendedRow.AsCells;
    }

    private void ClearSlot(int slot, in Cell fill)
    {
        _wrapped[slot] = false;
        _appended[slot] = default;
        if (fill.IsBlank)
            return;
        _appended[slot].Columns = AppendedRow.AsCells;
        Cells(slot).Fill(fill);
    }

    private static int[] Enumerate(int count)
    {
        var numbers = new int[count];
        for (var i = 0; i < count; i++)
            numbers[i] = i;
        return numbers;
    }
}
