using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Holdfast.Terminal.Parsing;
using Holdfast.Terminal.Scrollback;

namespace Holdfast.Terminal.Screen;

/// <summary>
/// Coloured text (a build's log, a listing): printable ASCII with SGR sequences between, appended to the cursor's row in one loop that keeps pen and row
/// in registers. Part of one model; what it does not take is read as anything else, and comes to the same.
/// </summary>
internal sealed class StyledText(TerminalState state, RenditionReader rendition)
{
    private const byte Escape = 0x1B;

    // "ESC [ 0 m" and "ESC [ m", as numbers of the least significant byte first: every other sequence of coloured text.
    private const uint Reset = 0x6D305B1B;
    private const uint ShortReset = 0x006D5B1B;

    // Room for a change of style and the text after it.
    private const int LeastRoom = 1 + StyleCodec.LongestPlain + LeastOutput;

    // Text is looked at by so much. What comes last is read as anything else.
    private const int LeastOutput = 16;

    /// <summary>Takes the beginning of <paramref name="output"/>, behind a rendition. Returns the bytes taken.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Take(ReadOnlySpan<byte> output)
    {
        ref var row = ref state.Active.Appended(state.Y, out var bytes);
        return row.Columns == state.X && output.Length >= LeastOutput ? Take(ref row, bytes, output) : 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int Take(ref AppendedRow row, Span<byte> bytes, ReadOnlySpan<byte> output)
    {
        if (!state.Charsets.IsPlain || state.PendingWrap || state.Pen.ExtraId != 0)
            return 0;
        var pen = new PlainPen(state.Pen.Fg, state.Pen.Bg, state.Pen.Attr);
        var style = new PlainPen(row.Fg, row.Bg, row.Attr);
        var (length, mixed) = (row.Length, row.IsMixed);
        var limit = state.RightLimit + 1;
        var room = limit - row.Columns;
        var (at, joins) = (0, 0);
        while (output.Length - at >= LeastOutput && bytes.Length - length >= LeastRoom)
        {
            if (output[at] == Escape)
            {
                var used = TakeRendition(output[at..], ref pen);
                if (used == 0)
                    break;
                at += used;
                joins = 0;
                continue;
            }
            var text = Vector128.Create(output[at..]);
            if (!PlainText.Begins(text, out var count) || count > room)
                break;
            if (pen != style)
            {
                mixed |= length > 0;
                bytes[length] = LineCodec.StyleChange;
                length += 1 + StyleCodec.EncodePlain(pen.Fg, pen.Bg, pen.Attr, bytes[(length + 1)..]);
                style = pen;
            }
            text.CopyTo(bytes[length..]);
            at += count;
            length += count;
            room -= count;
            joins = 1;
        }
        if (at == 0)
            return 0;
        // Whatever was put there ended with a letter.
        if (length > row.Length)
            row.LastCell = length - 1;
        (row.Columns, row.Length, row.IsMixed) = (limit - room, length, mixed);
        (row.Fg, row.Bg, row.Attr) = (style.Fg, style.Bg, style.Attr);
        (state.Pen.Fg, state.Pen.Bg, state.Pen.Attr) = (pen.Fg, pen.Bg, pen.Attr);
        state.PendingWrap = room == 0;
        state.X = room == 0 ? limit - 1 : limit - room;
        state.JoinWidth = joins;
        return at;
    }

    // 0 where it is another sequence, or one that asks for more than the three words of a pen hold: then the pen is as it was.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int TakeRendition(ReadOnlySpan<byte> output, ref PlainPen pen)
    {
        var word = BinaryPrimitives.ReadUInt32LittleEndian(output);
        if (word == Reset || (word & 0xFFFFFF) == ShortReset)
        {
            pen = new PlainPen(0, 0, pen.Attr & (uint)CellAttributes.Protected);
            return word == Reset ? 4 : 3;
        }
        return output[1] == '[' ? rendition.TryTake(output, 2, ref pen) : 0;
    }
}
