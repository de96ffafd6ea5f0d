using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Holdfast.Terminal.Modes;
using Holdfast.Terminal.Scrollback;
using Holdfast.Terminal.Unicode;

namespace Holdfast.Terminal.Screen;

/// <summary>
/// Puts printable characters where the cursor is: wrapping, insertion, wide characters, marks that join what is before them.
/// Part of one model; the path that nearly all output takes.
/// </summary>
internal sealed class CellWriter(TerminalState state, Scroller scroller)
{
    /// <summary>Prints the first <paramref name="count"/> characters, all of U+0020 to U+007E.</summary>
    public void WriteAscii(ReadOnlySpan<byte> text, int count)
    {
        if (!state.Charsets.IsPlain || state.Has(ModeFlags.Insert))
        {
            WriteOneByOne(text[..count]);
            return;
        }
        while (count > 0)
        {
            if (state.PendingWrap)
                Wrap();
            var x = state.X;
            var limit = state.RightLimit + 1;
            var taken = Math.Min(limit - x, count);
            ref var appended = ref state.Active.Appended(state.Y, out var bytes);
            if (appended.Columns == AppendedRow.AsCells)
                WriteCells(MemoryMarshal.Cast<byte, Cell>(bytes), x, text[..taken]);
            else if (x < appended.Columns || !RowAppender.TryAppend(ref appended, bytes, x, state.Pen, text, taken))
                WriteCells(state.Active.Row(state.Y), x, text[..taken]);
            Advance(x + taken, limit);
            text = text[taken..];
            count -= taken;
        }
        state.JoinWidth = 1;
    }

    private void WriteOneByOne(ReadOnlySpan<byte> text)
    {
        foreach (var character in text)
            WriteScalar(state.Charsets.Map(character));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void WriteCells(Span<Cell> row, int x, ReadOnlySpan<byte> text)
    {
        OpenGap(row, x, x + text.Length);
        Fill(row.Slice(x, text.Length), text);
    }

    /// <summary>
    /// Prints text in any script as long as each scalar is plain: complete, no new mark, with room left in the row. Returns the bytes it
    /// took; what comes then is for <see cref="WriteScalar"/>.
    /// </summary>
    public int WriteRun(ReadOnlySpan<byte> text)
    {
        if ((state.Modes & (ModeFlags.Insert | ModeFlags.GraphemeClusters)) != 0 || state.PendingWrap)
            return 0;
        var ascii = state.Charsets.IsPlain;
        var x = state.X;
        var limit = state.RightLimit + 1;
        ref var appended = ref state.Active.Appended(state.Y, out var bytes);
        if (x >= appended.Columns)
        {
            var taken = RowAppender.AppendRun(ref appended, bytes, x, limit, state.Pen, text, ascii, out var last);
            if (last > 0)
            {
                Advance(appended.Columns, limit);
                state.JoinWidth = last;
            }
            return taken;
        }
        var row = state.Active.Row(state.Y);
        var pen = Vector128.Create(0u, state.Pen.Fg, state.Pen.Bg, state.Pen.Attr);
        var cells = MemoryMarshal.Cast<Cell, Vector128<uint>>(row);
        var at = 0;
        var width = 0;
        while (at < text.Length)
        {
            var length = RowAppender.ReadPlain(text[at..], ascii, out var scalar);
            var next = ScalarProperties.WidthOf(scalar);
            if (length == 0 || x + next > limit)
                break;
            if (next == 0)
            {
                // The same few letters with marks come again and again.
                if (width == 0 || !state.Clusters.TryRecall(row[x - width].Content, scalar, out var joined))
                    break;
                row[x - width].Content = joined;
                at += length;
                continue;
            }
            if (row[x].IsTrail || (x + next < row.Length && row[x + next].IsTrail))
                OpenGap(row, x, x + next);
            width = next;
            if (next == 2)
            {
                cells[x] = pen | Vector128.CreateScalar((uint)scalar | Cell.WideLead);
                cells[x + 1] = pen | Vector128.CreateScalar(Cell.WideTrail);
            }
            else
            {
                cells[x] = pen | Vector128.CreateScalar((uint)scalar);
            }
            x += next;
            at += length;
        }
        if (at > 0)
        {
            Advance(x, limit);
            state.JoinWidth = width;
        }
        return at;
    }

    /// <summary>Prints one scalar, whatever it is.</summary>
    public void WriteScalar(int scalar)
    {
        var width = ScalarProperties.WidthOf(scalar);
        if (state.Has(ModeFlags.GraphemeClusters) ? TryJoinCluster(scalar) : width == 0 && JoinMark(scalar))
            return;
        // A mark with nothing before it on the row has nothing to change.
        if (width == 0)
            return;
        state.JoinWidth = Place((uint)scalar, width) ? width : 0;
    }

    // More than a screen shows nothing else, and a few bytes of hostile output would keep the reader busy for milliseconds.
    private const int MostRepeated = 1024;

    /// <summary>REP: prints the character that was just printed again; nothing when something came between.</summary>
    public void Repeat(int count)
    {
        if (state.JoinWidth == 0)
            return;
        count = Math.Min(count, Math.Max(MostRepeated, state.Active.Columns * state.Active.Rows));
        var row = state.Active.Row(state.Y);
        var x = JoinColumn(row);
        if (x < 0)
            return;
        Span<char> buffer = stackalloc char[ClusterTable.LongestText + 2];
        var text = state.Clusters.Text(row[x], buffer);
        var charsets = state.Charsets;
        // What was printed was translated already.
        state.Charsets = default;
        if (text.Length == 1 && text[0] < 0x7F)
            RepeatAscii((byte)text[0], count);
        else
            RepeatText(text, count);
        state.Charsets = charsets;
    }

    private void RepeatAscii(byte character, int count)
    {
        Span<byte> run = stackalloc byte[64];
        run.Fill(character);
        for (; count > 0; count -= run.Length)
            WriteAscii(run, Math.Min(count, run.Length));
    }

    private void RepeatText(ReadOnlySpan<char> text, int count)
    {
        for (var i = 0; i < count; i++)
        {
            foreach (var rune in text.EnumerateRunes())
                WriteScalar(rune.Value);
        }
    }

    private bool Place(uint content, int width)
    {
        if (state.PendingWrap)
            Wrap();
        var limit = state.RightLimit + 1;
        if (width == 2 && state.X + 2 > limit && !MakeRoomForWide(ref limit))
            return false;
        var x = state.X;
        if (TryAppend(content, width))
        {
            Advance(x + width, limit);
            return true;
        }
        var row = state.Active.Row(state.Y);
        if (state.Has(ModeFlags.Insert))
            RowEditor.Insert(row, x, width, limit, state.Pen);
        else
            OpenGap(row, x, x + width);
        row[x] = state.Pen;
        row[x].Content = width == 2 ? content | Cell.WideLead : content;
        if (width == 2)
        {
            row[x + 1] = state.Pen;
            row[x + 1].Content = Cell.WideTrail;
        }
        Advance(x + width, limit);
        return true;
    }

    private bool TryAppend(uint content, int width)
    {
        ref var appended = ref state.Active.Appended(state.Y, out var bytes);
        if (state.X < appended.Columns || content >= Cell.ClusterBit)
            return false;
        return content < 0x7F
            ? RowAppender.TryAppend(ref appended, bytes, state.X, state.Pen, [(byte)content], 1)
            : RowAppender.TryAppend(ref appended, bytes, state.X, state.Pen, content, width);
    }

    // A wide character does not fit into the last column: it goes to the next line, or nowhere.
    private bool MakeRoomForWide(ref int limit)
    {
        if (!state.Has(ModeFlags.AutoWrap) || limit - state.LeftLimit < 2)
            return false;
        var row = state.Active.Row(state.Y);
        OpenGap(row, state.X, limit);
        row[state.X..limit].Fill(state.Pen);
        state.PendingWrap = true;
        Wrap();
        limit = state.RightLimit + 1;
        return true;
    }

    private void Advance(int x, int limit)
    {
        state.PendingWrap = x >= limit;
        state.X = state.PendingWrap ? limit - 1 : x;
    }

    // The character that comes after the last column (DECAWM): the next line, or over the last column again.
    private void Wrap()
    {
        state.PendingWrap = false;
        if (!state.Has(ModeFlags.AutoWrap))
            return;
        var grid = state.Active;
        state.X = state.LeftLimit;
        if (state.Y == grid.Bottom)
        {
            scroller.Feed(grid.HasFullWidth);
            return;
        }
        if (state.Y < grid.Rows - 1)
            state.Y++;
        if (grid.HasFullWidth)
            grid.SetWrapped(state.Y, true);
    }

    // Wide characters that will be overwritten by half lose the other half too.
    private void OpenGap(Span<Cell> row, int start, int end)
    {
        if (row[start].IsTrail)
        {
            row[start - 1] = state.Pen;
            row[start].Content = 0;
        }
        if (end < row.Length && row[end].IsTrail)
            row[end] = state.Pen;
    }

    private void Fill(Span<Cell> cells, ReadOnlySpan<byte> text)
    {
        var pen = Vector128.Create(0u, state.Pen.Fg, state.Pen.Bg, state.Pen.Attr);
        var target = MemoryMarshal.Cast<Cell, Vector128<uint>>(cells);
        for (var i = 0; i < text.Length && i < target.Length; i++)
            target[i] = pen | Vector128.CreateScalar((uint)text[i]);
    }

    // The cell that a mark joins: the last one printed, or the one left of the cursor. -1 where there is none.
    private int JoinColumn(ReadOnlySpan<Cell> row)
    {
        var x = state.PendingWrap ? state.X : state.X - 1;
        if (x > 0 && row[x].IsTrail)
            x--;
        return x >= 0 && row[x].HasText ? x : -1;
    }

    private bool JoinMark(int scalar)
    {
        ref var appended = ref state.Active.Appended(state.Y, out var bytes);
        Span<byte> mark = stackalloc byte[4];
        if (appended.Columns == (state.PendingWrap ? state.X + 1 : state.X)
            && RowAppender.TryJoin(ref appended, bytes, mark[..new System.Text.Rune(scalar).EncodeToUtf8(mark)]))
            return true;
        var row = state.Active.Row(state.Y);
        var x = JoinColumn(row);
        if (x < 0)
            return false;
        Append(row, x, scalar);
        return true;
    }

    private void Append(Span<Cell> row, int x, int scalar)
    {
        var before = row[x].Content;
        if (state.Clusters.TryRecall(before, scalar, out var joined))
        {
            row[x].Content = joined;
            return;
        }
        Span<char> text = stackalloc char[ClusterTable.LongestText + 2];
        var start = state.Clusters.Text(row[x], text);
        start.CopyTo(text);
        var length = start.Length + new System.Text.Rune(scalar).EncodeToUtf16(text[start.Length..]);
        if (length > ClusterTable.LongestText)
            return;
        joined = state.Intern(text[..length]) | (before & (Cell.WideLead | Cell.WideTrail));
        row[x].Content = joined;
        state.Clusters.Remember(before, scalar, joined);
    }

    // Mode 2027: whole clusters (UAX #29) share a cell, and its width is that of the cluster.
    private bool TryJoinCluster(int scalar)
    {
        if (state.JoinWidth == 0)
            return ScalarProperties.WidthOf(scalar) == 0 && JoinMark(scalar);
        var row = state.Active.Row(state.Y);
        var x = JoinColumn(row);
        if (x < 0)
            return false;
        Span<char> buffer = stackalloc char[ClusterTable.LongestText + 2];
        var before = state.Clusters.Text(row[x], buffer);
        if (!GraphemeBreaks.Joins(before, scalar))
            return false;
        var width = row[x].Width;
        var after = GraphemeBreaks.WidthAfter(before, width, scalar);
        Append(row, x, scalar);
        if (after != width)
            ChangeWidth(x, after);
        return true;
    }

    private void ChangeWidth(int x, int width)
    {
        var row = state.Active.Row(state.Y);
        state.JoinWidth = width;
        var cell = row[x];
        cell.Content &= ~(Cell.WideLead | Cell.WideTrail);
        if (width == 1)
        {
            row[x] = cell;
            row[x + 1] = state.Eraser;
            state.X = x + 1;
            state.PendingWrap = false;
            return;
        }
        if (x + 2 > state.RightLimit + 1 && !state.Has(ModeFlags.AutoWrap))
            return;
        var pen = state.Pen;
        // The row it may wrap to: cells are made of it while the cluster is in one, as that may sweep away what is in none.
        if (state.Y + 1 < state.Rows)
            _ = state.Active.Row(state.Y + 1);
        if (state.Has(ModeFlags.Insert))
            RowEditor.Delete(row, x, 1, state.RightLimit + 1, state.Eraser);
        else
            row[x] = pen;
        state.X = x;
        state.PendingWrap = false;
        state.Pen = cell with { Content = 0 };
        // On a single column it has no room at all.
        if (!Place(cell.Content, width))
            state.JoinWidth = 0;
        state.Pen = pen;
    }
}
