using Holdfast.Terminal.Scrollback;

namespace Holdfast.Terminal.Screen;

/// <summary>
/// A line of scrollback or screen while the size changes. Owned by a <see cref="LineBuffer"/>; scrollback stays encoded until somebody
/// needs its cells, which for most lines is never.
/// </summary>
internal sealed class BufferedLine
{
    private readonly int _stored = -1;
    private Cell[]? _cells;

    private BufferedLine(int stored, bool wrapped)
    {
        _stored = stored;
        IsWrapped = wrapped;
    }

    public BufferedLine(Cell[] cells, bool wrapped)
    {
        _cells = cells;
        IsWrapped = wrapped;
    }

    public bool IsWrapped { get; }

    public static BufferedLine Stored(ScrollbackStore store, int index) => new(index, LineCodec.IsWrapped(store[index]));

    /// <summary>The line as it lies in the scrollback, where nobody asked for its cells.</summary>
    public bool TryGetStored(ScrollbackStore store, out ReadOnlySpan<byte> line)
    {
        line = _cells is null ? store[_stored] : default;
        return _cells is null;
    }

    public Cell[] Cells(TerminalState state, int columns)
    {
        if (_cells is not null)
            return _cells;
        var line = state.Scrollback[_stored];
        _cells = new Cell[Math.Max(columns, LineCodec.CellCount(line))];
        LineCodec.Decode(line, _cells, state);
        return _cells;
    }

    /// <summary>Cells up to the last character; colour alone does not count.</summary>
    public int TrimmedLength(TerminalState state, int columns)
    {
        var cells = Cells(state, columns);
        for (var i = Math.Min(columns, cells.Length) - 1; i >= 0; i--)
        {
            if (cells[i].HasText)
                return i + cells[i].Width;
        }
        return 0;
    }
}
