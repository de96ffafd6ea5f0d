using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Holdfast.Terminal.Modes;
using Holdfast.Terminal.Parsing;
using Holdfast.Terminal.Unicode;

namespace Holdfast.Terminal.Screen;

/// <summary>
/// What full-screen programs draw: positions, SGR, erasures and narrow text between them, put into rows that are kept as cells, in one loop that keeps
/// cursor and pen in registers. Part of one model; what it does not take is read as anything else, and comes to the same.
/// </summary>
internal sealed class DrawnText(TerminalState state, RenditionReader rendition)
{
    private const byte Escape = 0x1B;

    // Text is looked at by so much. What comes last is read as anything else.
    private const int LeastOutput = 16;

    // Of U+0800 and beyond, as far as the basic plane goes.
    private const int NarrowBytes = 3;

    // Cells that most words fit into.
    private const int AtOnce = 8;

    /// <summary>
    /// Takes the beginning of <paramref name="output"/>. Returns the bytes taken. A row that is kept as bytes becomes one of cells when the cursor was sent to
    /// it, which <paramref name="positioned"/> says of the present one: what is written from left to right and scrolls away is better left as it is.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public int Take(ReadOnlySpan<byte> output, bool positioned)
    {
        var grid = state.Active;
        if (!state.Charsets.IsPlain || (state.Modes & (ModeFlags.Insert | ModeFlags.Origin)) != 0 || !grid.HasFullWidth || state.PendingWrap || state.Pen.ExtraId != 0)
            return 0;
        var pen = new PlainPen(state.Pen.Fg, state.Pen.Bg, state.Pen.Attr);
        var (x, y, at, joins) = (state.X, state.Y, 0, state.JoinWidth);
        var cells = grid.KeptCells(y);
        while (output.Length - at >= LeastOutput)
        {
            if (output[at] == Escape)
            {
                var used = TakeSequence(output, at, grid, ref cells, ref positioned, ref x, ref y, ref pen);
                if (used == 0)
                    break;
                at += used;
                joins = 0;
                continue;
            }
            if (cells.IsEmpty && positioned)
                cells = grid.Row(y);
            var taken = TakeText(output[at..], cells, ref x, pen);
            if (taken == 0)
                break;
            at += taken;
            joins = 1;
        }
        (state.X, state.Y, state.JoinWidth) = (x, y, joins);
        (state.Pen.Fg, state.Pen.Bg, state.Pen.Attr) = (pen.Fg, pen.Bg, pen.Attr);
        return at;
    }

    // CUP, SGR, CUF, CHA, EL and ECH. Returns the bytes taken; 0 where it is another one, or is not so plain.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int TakeSequence(ReadOnlySpan<byte> output, int at, Grid grid, ref Span<Cell> cells, ref bool positioned, ref int x, ref int y, ref PlainPen pen)
    {
        if (output[at + 1] != '[')
            return 0;
        var length = PlainSequence.Read(output, at + 2, out var first, out var second, out var final);
        if (final is (byte)'m' or (byte)';')
            return Math.Max(rendition.TryTake(output, at + 2, ref pen) - at, 0);
        if (length == 0)
            return 0;
        if (final == 'H')
        {
            x = Math.Min(Math.Max(second, 1), grid.Columns) - 1;
            y = Math.Min(Math.Max(first, 1), grid.Rows) - 1;
            cells = grid.KeptCells(y);
            positioned = true;
            return 2 + length;
        }
        if (final == 'C')
            x = Math.Min(x + Math.Max(first, 1), grid.Columns - 1);
        else if (final == 'G')
            x = Math.Min(Math.Max(first, 1), grid.Columns) - 1;
        else if (!TryErase(final, first, cells, x, pen.Bg))
            return 0;
        return 2 + length;
    }

    // Where a row begins to be erased, it also ceases to continue the one above, which is not known here.
    private static bool TryErase(byte final, int count, Span<Cell> cells, int x, uint background)
    {
        var end = final switch
        {
            (byte)'K' when count == 0 && x > 0 => cells.Length,
            (byte)'X' => Math.Min(x + Math.Max(count, 1), cells.Length),
            _ => 0,
        };
        if (x >= end || cells[x].IsTrail || (end < cells.Length && cells[end].IsTrail))
            return false;
        if (background == 0)
            cells[x..end].Clear();
        else
            cells[x..end].Fill(new Cell { Bg = background });
        return true;
    }

    // Printable ASCII, or what boxes are drawn with. Returns the bytes taken.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int TakeText(ReadOnlySpan<byte> output, Span<Cell> cells, ref int x, PlainPen pen)
    {
        var text = output[..LeastOutput];
        if (!PlainText.Begins(Vector128.Create(text), out var count))
        {
            count = FillNarrow(cells, x, output, pen);
            x += count;
            return count * NarrowBytes;
        }
        // The last column, which a wrap may follow, and halves of wide characters are for the writer of cells.
        if (x + count >= cells.Length || cells[x].IsTrail || cells[x + count].IsTrail)
            return 0;
        Fill(cells[x..], text, count, pen);
        x += count;
        return count;
    }

    // Words are of all lengths, which no branch could learn: cells behind a short one are written as they were.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fill(Span<Cell> cells, ReadOnlySpan<byte> text, int count, PlainPen pen)
    {
        var style = Vector128.Create(0u, pen.Fg, pen.Bg, pen.Attr);
        var target = MemoryMarshal.Cast<Cell, Vector128<uint>>(cells);
        var done = 0;
        if (target.Length >= AtOnce)
        {
            var first = target[..AtOnce];
            Put(first, text, 0, count, style);
            Put(first, text, 1, count, style);
            Put(first, text, 2, count, style);
            Put(first, text, 3, count, style);
            Put(first, text, 4, count, style);
            Put(first, text, 5, count, style);
            Put(first, text, 6, count, style);
            Put(first, text, 7, count, style);
            done = AtOnce;
        }
        for (; done < count; done++)
            target[done] = style | Vector128.CreateScalar((uint)text[done]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(Span<Vector128<uint>> cells, ReadOnlySpan<byte> text, int at, int count, Vector128<uint> style)
    {
        var isText = Vector128.GreaterThan(Vector128.Create(count), Vector128.Create(at)).AsUInt32();
        cells[at] = Vector128.ConditionalSelect(isText, style | Vector128.CreateScalar((uint)text[at]), cells[at]);
    }

    // Scalars of three bytes and one column, as boxes are drawn with. Returns how many; what comes last is left to others.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int FillNarrow(Span<Cell> cells, int x, ReadOnlySpan<byte> text, PlainPen pen)
    {
        if ((state.Modes & ModeFlags.GraphemeClusters) != 0 || x >= cells.Length || cells[x].IsTrail)
            return 0;
        var start = x;
        while (Utf8Scalars.Read(text, out var scalar) == NarrowBytes && x < cells.Length - 1 && ScalarProperties.WidthOf(scalar) == 1 && !cells[x + 1].IsTrail)
        {
            cells[x++] = new Cell { Content = (uint)scalar, Fg = pen.Fg, Bg = pen.Bg, Attr = pen.Attr };
            text = text[NarrowBytes..];
        }
        return x - start;
    }
}
