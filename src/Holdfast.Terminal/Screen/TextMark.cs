namespace Holdfast.Terminal.Screen;

/// <summary>
/// A place that stays on its character while lines are wrapped anew: the cursor's, the saved cursor's. Made for one <see cref="Reflow"/>.
/// </summary>
internal sealed class TextMark(int row, int column, BufferedLine line)
{
    private int _offset = -1;

    /// <summary>The line it is in; after its group was wrapped anew, the piece.</summary>
    public BufferedLine Line { get; private set; } = line;

    /// <summary>Its column there; may lie beyond the text.</summary>
    public int Column { get; private set; } = column;

    /// <summary>A line of the group is taken up whose text begins at <paramref name="start"/>.</summary>
    public void Take(int takenRow, int start)
    {
        if (takenRow == row)
            _offset = start + Column;
    }

    /// <summary>The group is these pieces now, with text that begins at these places.</summary>
    public void Place(List<BufferedLine> pieces, List<int> starts)
    {
        if (_offset < 0)
            return;
        var piece = starts.Count - 1;
        while (piece > 0 && (piece >= pieces.Count || _offset < starts[piece]))
            piece--;
        Line = pieces[piece];
        Column = _offset - starts[piece];
        _offset = -1;
    }
}
