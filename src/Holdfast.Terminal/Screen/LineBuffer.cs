using Holdfast.Terminal.Scrollback;

namespace Holdfast.Terminal.Screen;

/// <summary>
/// Scrollback and normal screen in one row while the width changes: the lines, which of them is the screen's first, and the cursor.
/// Made for one resize. The rules are those of xterm.js, so that both show the same after it.
/// </summary>
internal sealed class LineBuffer
{
    private readonly TerminalState _state;

    public LineBuffer(TerminalState state, TerminalSize size)
    {
        _state = state;
        OldColumns = state.Main.Columns;
        Columns = size.Columns;
        Rows = size.Rows;
        MostLines = Rows + Math.Max(0, state.Options.ScrollbackLines);
        Base = state.Scrollback.Count;
        for (var i = 0; i < Base; i++)
            Lines.Add(BufferedLine.Stored(state.Scrollback, i));
        for (var row = 0; row < state.Main.Rows; row++)
        {
            var cells = new Cell[Width];
            state.Main.Row(row).CopyTo(cells);
            Lines.Add(new BufferedLine(cells, state.Main.IsWrapped(row)));
        }
    }

    public List<BufferedLine> Lines { get; } = [];

    public int OldColumns { get; }

    public int Columns { get; }

    public int Rows { get; }

    /// <summary>Cells that a line has room for meanwhile.</summary>
    public int Width => Math.Max(OldColumns, Columns);

    public int MostLines { get; }

    /// <summary>The screen's first line.</summary>
    public int Base { get; set; }

    /// <summary>The cursor's row on the screen.</summary>
    public int Y { get; set; }

    /// <summary>The cursor's column.</summary>
    public int X { get; set; }

    /// <summary>The saved cursor's line, counted from the first of all.</summary>
    public int SavedLine { get; set; }

    public int SavedColumn { get; set; }

    /// <summary>A place in a line that follows its text; a line that is gone stands for the last one.</summary>
    public TextMark Mark(int line, int column) => new(Math.Min(line, Lines.Count - 1), column, Lines[Math.Min(line, Lines.Count - 1)]);

    public Cell[] Cells(int line) => Lines[line].Cells(_state, Width);

    public int TrimmedLength(int line) => Lines[line].TrimmedLength(_state, Width);

    /// <summary>Whether the line has room in the new width as it is.</summary>
    public bool Fits(int line) =>
        (Lines[line].TryGetStored(_state.Scrollback, out var stored) && LineCodec.CellCount(stored) <= Columns) || TrimmedLength(line) <= Columns;

    public bool IsEmpty(BufferedLine line) => line.TrimmedLength(_state, Width) == 0;

    /// <summary>Whether nothing stands in the last line, so that another may take its place.</summary>
    public bool LastIsFree => !Lines[^1].IsWrapped && IsEmpty(Lines[^1]);

    public BufferedLine Blank(bool wrapped) => new(new Cell[Width], wrapped);

    /// <summary>New rows come from the scrollback when the cursor is in the last line, else below; lost ones from below the cursor first.</summary>
    public void ChangeRows(int oldRows)
    {
        var pulled = 0;
        for (var y = oldRows; y < Rows && Lines.Count < Rows + Base; y++)
        {
            if (Base > 0 && Lines.Count <= Base + Y + pulled + 1)
            {
                Base--;
                pulled++;
            }
            else
            {
                Lines.Add(Blank(wrapped: false));
            }
        }
        for (var y = oldRows; y > Rows && Lines.Count > Rows + Base; y--)
        {
            if (Lines.Count > Base + Y + 1)
                Lines.RemoveAt(Lines.Count - 1);
            else
                Base++;
        }
        DropOldest();
        Y = Math.Min(Y, Rows - 1) + pulled;
    }

    // A lower screen keeps as much scrollback and no more: what the screen gave up pushes out the oldest lines.
    private void DropOldest()
    {
        var excess = Math.Max(0, Lines.Count - MostLines);
        Lines.RemoveRange(0, excess);
        Base = Math.Max(0, Base - excess);
        SavedLine = Math.Max(0, SavedLine - excess);
    }

    /// <summary>Puts the lines back where they belong.</summary>
    public void Commit()
    {
        while (Lines.Count < Base + Rows)
            Lines.Add(Blank(wrapped: false));
        var cells = new Cell[Columns * Rows];
        var wrapped = new bool[Rows];
        for (var row = 0; row < Rows; row++)
        {
            var target = cells.AsSpan(row * Columns, Columns);
            Fit(Cells(Base + row), target);
            wrapped[row] = Lines[Base + row].IsWrapped;
        }
        CommitScrollback();
        _state.Main.Replace(Columns, Rows, cells, wrapped);
    }

    private void CommitScrollback()
    {
        var old = _state.Scrollback;
        var store = new ScrollbackStore(_state.Options.ScrollbackLines, _state.Options.ScrollbackBytes);
        var writer = new ByteWriter();
        var row = new Cell[Columns];
        for (var i = Math.Max(0, Base - store.MostLines); i < Base; i++)
        {
            if (Lines[i].TryGetStored(old, out var line) && LineCodec.CellCount(line) <= Columns)
            {
                store.Add(line);
                continue;
            }
            Fit(Cells(i), row);
            writer.Clear();
            LineCodec.Encode(row, Lines[i].IsWrapped, _state, writer);
            store.Add(writer.Written);
        }
        _state.Scrollback = store;
    }

    private static void Fit(ReadOnlySpan<Cell> cells, Span<Cell> target)
    {
        target.Clear();
        cells[..Math.Min(cells.Length, target.Length)].CopyTo(target);
        // What was cut through a wide character leaves no half of it.
        RowEditor.MendEnds(target, 0, target.Length);
    }
}
