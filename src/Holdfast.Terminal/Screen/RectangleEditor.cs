using Holdfast.Terminal.Modes;
using Holdfast.Terminal.Parsing;
using Holdfast.Terminal.Queries;

namespace Holdfast.Terminal.Screen;

/// <summary>
/// Rectangular areas (VT420): DECFRA, DECERA, DECSERA, DECCRA, DECCARA, DECRARA, DECSACE, DECRQCRA. Part of one model.
/// </summary>
internal sealed class RectangleEditor(TerminalState state, RenditionReader rendition, Answers answers)
{
    /// <summary>The attributes that DECCARA and DECRARA may change (VT420: bold, underline, blink, inverse; xterm adds hidden).</summary>
    public const uint Changeable =
        (uint)(CellAttributes.Bold | CellAttributes.Blink | CellAttributes.Inverse | CellAttributes.Hidden | CellAttributes.UnderlineMask);

    /// <summary>DECSACE: whether attribute changes follow the text from the first corner to the last instead of filling the rectangle.</summary>
    public bool FollowsText { get; set; }

    public void SelectExtent(int what) => FollowsText = what is 0 or 1;

    public void Dispatch(int final, SequenceParameters parameters)
    {
        switch (final)
        {
            case 'x' when parameters[0] is (>= 32 and <= 126) or (>= 160 and <= 255):
                Fill(parameters);
                break;
            case 'z':
                Erase(parameters, selective: false);
                break;
            case '{':
                Erase(parameters, selective: true);
                break;
            case 'v':
                Copy(parameters);
                break;
            case 'r':
                ChangeAttributes(parameters, reverse: false);
                break;
            case 't':
                ChangeAttributes(parameters, reverse: true);
                break;
        }
    }

    /// <summary>DECRQCRA: the sum of the characters, as xterm counts by default: negated, blanks as spaces.</summary>
    public void ReportChecksum(SequenceParameters parameters)
    {
        var sum = 0;
        if (TryArea(parameters, 2, out var area))
        {
            for (var y = area.Top; y <= area.Bottom; y++)
            {
                foreach (ref readonly var cell in state.Active.Row(y)[area.Left..(area.Right + 1)])
                    sum += (cell.Content & Cell.ClusterBit) != 0 ? 0 : (int)Math.Max(' ', cell.Content & Cell.ContentMask);
            }
        }
        answers.Dcs($"{parameters[0]}!~{(-sum) & 0xFFFF:X4}");
    }

    private void Fill(SequenceParameters parameters)
    {
        if (!TryArea(parameters, 1, out var area))
            return;
        var cell = state.Pen;
        cell.Content = (uint)state.Charsets.Peek(parameters[0]);
        for (var y = area.Top; y <= area.Bottom; y++)
        {
            RowEditor.SplitAround(state.Active.Row(y), area.Left, area.Right + 1, state.Eraser);
            state.Active.Row(y)[area.Left..(area.Right + 1)].Fill(cell);
        }
    }

    private void Erase(SequenceParameters parameters, bool selective)
    {
        if (!TryArea(parameters, 0, out var area))
            return;
        var fill = state.Eraser;
        for (var y = area.Top; y <= area.Bottom; y++)
        {
            if (selective)
                RowEditor.EraseUnprotected(state.Active.Row(y), area.Left, area.Right + 1, fill);
            else
                RowEditor.Erase(state.Active.Row(y), area.Left, area.Right + 1, fill);
        }
    }

    private void Copy(SequenceParameters parameters)
    {
        if (!TryArea(parameters, 0, out var area))
            return;
        var grid = state.Active;
        var origin = state.Has(ModeFlags.Origin);
        var top = parameters.OrOne(5) - 1 + (origin ? grid.Top : 0);
        var left = parameters.OrOne(6) - 1 + (origin ? grid.Left : 0);
        var lastRow = origin ? grid.Bottom : grid.Rows - 1;
        var lastColumn = origin ? grid.Right : grid.Columns - 1;
        var height = Math.Min(area.Bottom - area.Top, lastRow - top) + 1;
        var width = Math.Min(area.Right - area.Left, lastColumn - left) + 1;
        if (height <= 0 || width <= 0)
            return;
        for (var i = 0; i < height; i++)
        {
            // From the end that is not overwritten before it was read.
            var line = top > area.Top ? height - 1 - i : i;
            var source = grid.Row(area.Top + line).Slice(area.Left, width).ToArray();
            var target = grid.Row(top + line);
            RowEditor.SplitAround(target, left, left + width);
            source.CopyTo(target[left..]);
            RowEditor.MendEnds(target, left, left + width);
        }
    }

    private void ChangeAttributes(SequenceParameters parameters, bool reverse)
    {
        if (!TryArea(parameters, 0, out var area, mayFollowText: true))
            return;
        for (var y = area.Top; y <= area.Bottom; y++)
        {
            var from = !FollowsText || y == area.Top ? area.Left : 0;
            var to = !FollowsText || y == area.Bottom ? area.Right : state.Columns - 1;
            if (from > to)
                continue;
            // A wide character has one style.
            var row = state.Active.Row(y);
            from -= row[from].IsTrail ? 1 : 0;
            to += row[to].IsWide ? 1 : 0;
            foreach (ref var cell in row[from..(to + 1)])
                Change(ref cell, parameters, reverse);
        }
    }

    private void Change(ref Cell cell, SequenceParameters parameters, bool reverse)
    {
        var changed = cell.Attr;
        if (parameters.Count <= 4)
            changed = Apply(0, changed, reverse);
        for (var i = 4; i < parameters.Count; i++)
            changed = Apply(parameters[i], changed, reverse);
        cell.Attr = changed;
    }

    private uint Apply(int value, uint attributes, bool reverse)
    {
        if (!reverse)
        {
            if (value == 0)
                return attributes & ~Changeable;
            if (value is not (1 or 4 or 5 or 7 or 8 or 22 or 24 or 25 or 27 or 28))
                return attributes;
            var styled = new Cell { Attr = attributes };
            rendition.Apply(value, ref styled);
            return styled.Attr;
        }
        const uint Single = (uint)UnderlineStyle.Single << 9;
        var flip = value switch
        {
            0 => (uint)(CellAttributes.Bold | CellAttributes.Blink | CellAttributes.Inverse) | Single,
            1 => (uint)CellAttributes.Bold,
            4 => Single,
            5 => (uint)CellAttributes.Blink,
            7 => (uint)CellAttributes.Inverse,
            8 => (uint)CellAttributes.Hidden,
            _ => 0u,
        };
        if ((flip & Single) != 0 && (attributes & (uint)CellAttributes.UnderlineMask) is var line && line != 0)
            return (attributes & ~(uint)CellAttributes.UnderlineMask) ^ (flip & ~Single);
        return attributes ^ flip;
    }

    // Corners as the sequences name them: from 1, with defaults, relative to the margins in origin mode. False when there is nothing.
    private bool TryArea(SequenceParameters parameters, int at, out Area area, bool mayFollowText = false)
    {
        var grid = state.Active;
        var origin = state.Has(ModeFlags.Origin);
        var (firstRow, lastRow) = origin ? (grid.Top, grid.Bottom) : (0, grid.Rows - 1);
        var (firstColumn, lastColumn) = origin ? (grid.Left, grid.Right) : (0, grid.Columns - 1);
        var bottom = parameters[at + 2] == 0 ? lastRow : Math.Min(parameters[at + 2] - 1 + firstRow, lastRow);
        var right = parameters[at + 3] == 0 ? lastColumn : Math.Min(parameters[at + 3] - 1 + firstColumn, lastColumn);
        area = new Area(parameters.OrOne(at) - 1 + firstRow, parameters.OrOne(at + 1) - 1 + firstColumn, bottom, right);
        return area.Top <= area.Bottom && (area.Left <= area.Right || (mayFollowText && FollowsText && area.Top < area.Bottom && area.Left < grid.Columns));
    }

    private readonly record struct Area(int Top, int Left, int Bottom, int Right);
}
