using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Holdfast.Terminal.Modes;
using Holdfast.Terminal.Parsing;

namespace Holdfast.Terminal.Screen;

/// <summary>
/// What full-screen programs draw: positions (CUP), SGR and printable ASCII between them, put into rows that are kept as cells, in one loop that keeps
/// cursor and pen in registers. Part of one model; what it does not take is read as anything else, and comes to the same.
/// </summary>
internal sealed class DrawnText(TerminalState state, RenditionReader rendition)
{
    private const byte Escape = 0x1B;

    // Text is looked at by so much. What comes last is read as anything else.
    private const int LeastOutput = 16;

    /// <summary>Takes the beginning of <paramref name="output"/>. Returns the bytes taken.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public int Take(ReadOnlySpan<byte> output)
    {
        var grid = state.Active;
        if (!state.Charsets.IsPlain || (state.Modes & (ModeFlags.Insert | ModeFlags.Origin)) != 0 || !grid.HasFullWidth || state.PendingWrap || state.Pen.ExtraId != 0)
            return 0;
        var pen = new PlainPen(state.Pen.Fg, state.Pen.Bg, state.Pen.Attr);
        var (x, y, at, joins) = (state.X, state.Y, 0, state.JoinWidth);
        while (output.Length - at >= LeastOutput)
        {
            if (output[at] == Escape)
            {
                if (output[at + 1] != '[')
                    break;
                var length = PlainSequence.TryReadPosition(output, at + 2, out var row, out var column, out var first);
                if (length > 0)
                {
                    x = Math.Min(Math.Max(column, 1), grid.Columns) - 1;
                    y = Math.Min(Math.Max(row, 1), grid.Rows) - 1;
                    at += 2 + length;
                }
                else
                {
                    var end = first is (byte)'m' or (byte)';' ? rendition.TryTake(output, at + 2, ref pen) : 0;
                    if (end == 0)
                        break;
                    at = end;
                }
                joins = 0;
                continue;
            }
            var text = output.Slice(at, LeastOutput);
            if (!PlainText.Begins(Vector128.Create(text), out var count))
                break;
            var cells = grid.KeptCells(y);
            // The last column, which a wrap may follow, and halves of wide characters are for the writer of cells.
            if (x + count >= cells.Length || cells[x].IsTrail || cells[x + count].IsTrail)
                break;
            Fill(cells.Slice(x, count), text, pen);
            x += count;
            at += count;
            joins = 1;
        }
        (state.X, state.Y, state.JoinWidth) = (x, y, joins);
        (state.Pen.Fg, state.Pen.Bg, state.Pen.Attr) = (pen.Fg, pen.Bg, pen.Attr);
        return at;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fill(Span<Cell> cells, ReadOnlySpan<byte> text, PlainPen pen)
    {
        var style = Vector128.Create(0u, pen.Fg, pen.Bg, pen.Attr);
        var target = MemoryMarshal.Cast<Cell, Vector128<uint>>(cells);
        for (var i = 0; i < target.Length && i < text.Length; i++)
            target[i] = style | Vector128.CreateScalar((uint)text[i]);
    }
}
