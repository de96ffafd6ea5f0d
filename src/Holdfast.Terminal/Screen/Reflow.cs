namespace Holdfast.Terminal.Screen;

/// <summary>
/// Wraps lines anew for another width, in the way of xterm.js (BufferReflow): text keeps its place relative to the lowest line, and the
/// cursor stays on its character. Made for one <see cref="LineBuffer"/>.
/// </summary>
internal sealed class Reflow(LineBuffer buffer)
{
    private readonly Dictionary<int, (int End, List<BufferedLine> Pieces)> _replacements = [];

    private readonly TextMark _cursor = buffer.Mark(buffer.Base + buffer.Y, buffer.X);
    private readonly TextMark _saved = buffer.Mark(buffer.SavedLine, buffer.SavedColumn);

    public void Run()
    {
        if (buffer.Columns == buffer.OldColumns)
            return;
        if (buffer.Columns > buffer.OldColumns)
            Widen();
        else
            Narrow();
        PlaceCursor();
        buffer.SavedLine = Math.Max(buffer.Base, buffer.Lines.IndexOf(_saved.Line));
        buffer.SavedColumn = _saved.Column;
    }

    private void Widen()
    {
        var removed = 0;
        for (var start = 0; start < buffer.Lines.Count;)
        {
            var end = start + 1;
            while (end < buffer.Lines.Count && buffer.Lines[end].IsWrapped)
                end++;
            if (end - start > 1)
                removed += Wrap(start, end, mayShrink: true);
            start = end;
        }
        Replace();
        for (var i = 0; i < -removed; i++)
        {
            if (buffer.Base > 0)
            {
                buffer.Base--;
                continue;
            }
            if (buffer.Y > 0)
                buffer.Y--;
            if (buffer.Lines.Count < buffer.Rows)
                buffer.Lines.Add(buffer.Blank(wrapped: false));
        }
    }

    private void Narrow()
    {
        var inserted = 0;
        for (var last = buffer.Lines.Count - 1; last >= 0;)
        {
            // The viewport may have moved lines away below.
            last = Math.Min(last, buffer.Lines.Count - 1);
            var start = last;
            while (start > 0 && buffer.Lines[start].IsWrapped)
                start--;
            if (last > start || buffer.Lines[start].IsWrapped || !buffer.Fits(start))
            {
                var added = Wrap(start, last + 1, mayShrink: false);
                if (added > 0)
                    MoveViewport(added, ref inserted);
            }
            last = start - 1;
        }
        Replace();
    }

    // Returns by how many lines the group grows.
    private int Wrap(int start, int end, bool mayShrink)
    {
        var pieces = Split(start, end, mayShrink);
        _replacements[start] = (end, pieces);
        return pieces.Count - (end - start);
    }

    private List<BufferedLine> Split(int start, int end, bool mayShrink)
    {
        var text = new List<Cell>();
        for (var line = start; line < end; line++)
        {
            _cursor.Take(line, text.Count);
            _saved.Take(line, text.Count);
            text.AddRange(buffer.Cells(line).AsSpan(0, UsedLength(line, end)));
        }
        var pieces = new List<BufferedLine>();
        var starts = new List<int>();
        for (var at = 0; at < text.Count || pieces.Count == 0;)
        {
            var count = Math.Min(buffer.Columns, text.Count - at);
            if (count == buffer.Columns && text[at + count - 1].IsWide && count > 1)
                count--;
            var cells = new Cell[buffer.Width];
            text.CopyTo(at, cells, 0, count);
            pieces.Add(new BufferedLine(cells, pieces.Count > 0 || buffer.Lines[start].IsWrapped));
            starts.Add(at);
            at += count;
        }
        while (mayShrink && pieces.Count > 1 && buffer.IsEmpty(pieces[^1]))
            pieces.RemoveAt(pieces.Count - 1);
        while (!mayShrink && pieces.Count < end - start)
            pieces.Add(buffer.Blank(wrapped: true));
        _cursor.Place(pieces, starts);
        _saved.Place(pieces, starts);
        return pieces;
    }

    private void PlaceCursor()
    {
        var line = buffer.Lines.IndexOf(_cursor.Line);
        if (line < 0)
            return;
        buffer.X = Math.Min(_cursor.Column, buffer.Columns - 1);
        // The screen follows the cursor where the rules for the text would leave it outside.
        if (line < buffer.Base)
            buffer.Base = line;
        else if (line >= buffer.Base + buffer.Rows)
            buffer.Base = line - buffer.Rows + 1;
        buffer.Y = line - buffer.Base;
    }

    // A line's cells that count: all of them but for the last line, and but for the cell a wide character did not fit into.
    private int UsedLength(int line, int end)
    {
        if (line == end - 1)
            return buffer.TrimmedLength(line);
        var last = buffer.Cells(line)[buffer.OldColumns - 1];
        return last.Content == 0 && buffer.Cells(line + 1)[0].IsWide ? buffer.OldColumns - 1 : buffer.OldColumns;
    }

    private void MoveViewport(int added, ref int inserted)
    {
        var all = buffer.Lines.Count;
        var trimmed = buffer.Base == 0 && buffer.Y != all - 1
            ? Math.Max(0, buffer.Y - buffer.MostLines + added)
            : Math.Max(0, all - buffer.MostLines + added);
        inserted += added;
        for (var i = added - trimmed; i > 0; i--)
        {
            if (buffer.Base > 0)
            {
                if (buffer.Base < Math.Min(buffer.MostLines, buffer.Lines.Count + inserted) - buffer.Rows)
                    buffer.Base++;
            }
            else if (buffer.Y < buffer.Rows - 1 && buffer.LastIsFree)
            {
                buffer.Y++;
                buffer.Lines.RemoveAt(buffer.Lines.Count - 1);
            }
            else
            {
                buffer.Base++;
            }
        }
    }

    private void Replace()
    {
        var lines = new List<BufferedLine>(buffer.Lines.Count);
        for (var i = 0; i < buffer.Lines.Count;)
        {
            if (_replacements.TryGetValue(i, out var group))
            {
                lines.AddRange(group.Pieces);
                i = group.End;
            }
            else
            {
                lines.Add(buffer.Lines[i++]);
            }
        }
        // More than may be kept: the oldest go.
        lines.RemoveRange(0, Math.Max(0, lines.Count - buffer.MostLines));
        buffer.Lines.Clear();
        buffer.Lines.AddRange(lines);
    }
}
