using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Holdfast.Terminal.Screen;
using Holdfast.Terminal.Unicode;

namespace Holdfast.Terminal.Scrollback;

/// <summary>
/// Appends what is printed to an <see cref="AppendedRow"/>, byte for byte what <see cref="LineCodec"/> would make of the cells. Pure
/// functions. What they refuse (no room, a link, a change left of the end) makes the row one of cells.
/// </summary>
internal static class RowAppender
{
    // The end of a style, a gap, a new style.
    private const int LongestStart = 2 + LineCodec.LongestEmpties + 1 + StyleCodec.LongestPlain;

    // A tab's. Who jumps further is drawing a screen and comes back to the row.
    private const int WidestGap = 8;

    // Of a cell with marks; a longer one is no longer kept so. One byte can say this length.
    private const int LongestCluster = 63;

    /// <summary>Appends the first <paramref name="count"/> characters, printable ASCII, the first of them into column <paramref name="x"/>.</summary>
    public static bool TryAppend(ref AppendedRow row, Span<byte> bytes, int x, in Cell pen, ReadOnlySpan<byte> text, int count)
    {
        if (bytes.Length - row.Length < count + LongestStart || (!Continues(row, x, pen) && !TryStart(ref row, bytes, x, pen)))
            return false;
        var target = bytes[row.Length..];
        // Words are short: one store for all lengths is quicker than to ask which.
        if (count <= Vector128<byte>.Count && text.Length >= Vector128<byte>.Count && target.Length >= Vector128<byte>.Count)
            Vector128.Create(text).CopyTo(target);
        else
            text[..count].CopyTo(target);
        row.Length += count;
        row.LastCell = row.Length - 1;
        row.Columns += count;
        return true;
    }

    /// <summary>Appends a scalar from U+00A0 on.</summary>
    public static bool TryAppend(ref AppendedRow row, Span<byte> bytes, int x, in Cell pen, uint scalar, int width)
    {
        if (bytes.Length - row.Length < LineCodec.LongestCell + LongestStart || (!Continues(row, x, pen) && !TryStart(ref row, bytes, x, pen)))
            return false;
        row.IsMixed = true;
        row.LastCell = row.Length;
        if (width == 2)
            bytes[row.Length++] = LineCodec.Wide;
        row.Length += LineCodec.EncodeScalar(scalar, bytes[row.Length..]);
        row.Columns += width;
        return true;
    }

    /// <summary>
    /// Appends text in any script as long as each scalar is plain and has room before <paramref name="limit"/>. Returns the bytes of it
    /// that were taken, and the width of the last cell that was made, 0 when there was none.
    /// </summary>
    public static int AppendRun(ref AppendedRow row, Span<byte> bytes, int x, int limit, in Cell pen, ReadOnlySpan<byte> text, bool ascii, out int width)
    {
        width = 0;
        var at = 0;
        while (at < text.Length)
        {
            var length = ReadPlain(text[at..], ascii, out var scalar);
            var next = ScalarProperties.WidthOf(scalar);
            if (length == 0 || x + next > limit)
                break;
            if (next == 0)
            {
                if (row.Columns != x || !TryJoin(ref row, bytes, text.Slice(at, length)))
                    break;
                at += length;
                continue;
            }
            if (bytes.Length - row.Length < LineCodec.LongestCell + LongestStart || (!Continues(row, x, pen) && !TryStart(ref row, bytes, x, pen)))
                break;
            var taken = ascii ? PutCells(ref row, bytes, limit, text[at..]) : 0;
            if (taken > 0)
                width = bytes[row.LastCell] == LineCodec.Wide ? 2 : 1;
            at += taken;
            x = row.Columns;
            if (taken == 0)
                break;
        }
        return at;
    }

    // One cell after the other in the row's present style, until something else comes. Few variables, so that all of them stay in registers.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int PutCells(ref AppendedRow row, Span<byte> bytes, int limit, ReadOnlySpan<byte> text)
    {
        var end = row.Length;
        var last = end;
        // No cell takes more bytes, so there is no need to ask for each.
        var most = Math.Min(limit - row.Columns, (bytes.Length - end) / LineCodec.LongestCell);
        var room = most;
        var at = 0;
        while (at + 4 <= text.Length)
        {
            var word = BinaryPrimitives.ReadUInt32LittleEndian(text[at..]);
            if (Utf8Scalars.ArePrintableAscii(word) && room >= 4)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(bytes[end..], word);
                end += 4;
                last = end - 1;
                room -= 4;
                at += 4;
                continue;
            }
            var length = Utf8Scalars.Read(word, out var scalar);
            if (length == 0)
                break;
            var width = ScalarProperties.WidthOf(scalar);
            if (width == 0 || room < width)
                break;
            room -= width;
            last = end;
            bytes[end] = LineCodec.Wide;
            end += width - 1;
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[end..], word);
            end += length;
            at += length;
        }
        row.LastCell = at > 0 ? last : row.LastCell;
        row.IsMixed |= end - row.Length != most - room;
        row.Length = end;
        row.Columns += most - room;
        return at;
    }

    /// <summary>Adds a mark to the last cell.</summary>
    public static bool TryJoin(ref AppendedRow row, Span<byte> bytes, ReadOnlySpan<byte> mark)
    {
        if (row.Columns == 0)
            return false;
        var at = row.LastCell + (bytes[row.LastCell] == LineCodec.Wide ? 1 : 0);
        var isCluster = bytes[at] == LineCodec.Cluster;
        var text = isCluster ? bytes[(at + 2)..row.Length] : bytes[at..row.Length];
        var length = text.Length + mark.Length;
        if (length > LongestCluster || bytes.Length - at < length + 2)
            return false;
        if (!isCluster)
            text.CopyTo(bytes[(at + 2)..]);
        bytes[at] = LineCodec.Cluster;
        bytes[at + 1] = (byte)length;
        row.Length = at + 2 + length;
        mark.CopyTo(bytes[(row.Length - mark.Length)..]);
        row.IsMixed = true;
        row.HasClusters = true;
        return true;
    }

    /// <summary>The bytes of the finished line.</summary>
    public static int LineLength(in AppendedRow row) =>
        (IsPlain(row) && HasStyle(row) ? 0 : 1) + ByteWriter.NumberLength((uint)row.Columns) + row.Length;

    /// <summary>Writes the finished line, <see cref="LineLength"/> bytes.</summary>
    public static void WriteLine(in AppendedRow row, ReadOnlySpan<byte> bytes, bool wrapped, Span<byte> line)
    {
        var styled = IsPlain(row) && HasStyle(row);
        line[0] = (byte)((wrapped ? LineCodec.Wrapped : 0) | (IsPlain(row) ? LineCodec.Plain : 0) | (styled ? LineCodec.Styled : 0));
        var at = 1;
        var columns = (uint)row.Columns;
        for (; columns >= 0x80; columns >>= 7)
            line[at++] = (byte)(columns | 0x80);
        line[at++] = (byte)columns;
        // The style of a plain line needs no mark before it.
        bytes[(styled ? 1 : 0)..row.Length].CopyTo(line[at..]);
    }

    private static bool IsPlain(in AppendedRow row) => !row.IsMixed && row.Columns > 0;

    private static bool HasStyle(in AppendedRow row) => (row.Fg | row.Bg | row.Attr) != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Continues(in AppendedRow row, int x, in Cell pen) =>
        x == row.Columns && row.Fg == pen.Fg && row.Bg == pen.Bg && row.Attr == pen.Attr;

    // A gap of erased cells, another style; text comes after it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryStart(ref AppendedRow row, Span<byte> bytes, int x, in Cell pen)
    {
        if (pen.ExtraId != 0 || x - row.Columns > WidestGap)
            return false;
        var at = row.Length;
        if (x > row.Columns)
        {
            if (HasStyle(row))
                at += PutStyle(bytes[at..], default);
            (row.Fg, row.Bg, row.Attr) = (0, 0, 0);
            at += LineCodec.EncodeEmpties(x - row.Columns, bytes[at..]);
            row.Columns = x;
            row.IsMixed = true;
        }
        if (row.Fg != pen.Fg || row.Bg != pen.Bg || row.Attr != pen.Attr)
        {
            row.IsMixed |= at > 0;
            at += PutStyle(bytes[at..], pen);
            (row.Fg, row.Bg, row.Attr) = (pen.Fg, pen.Bg, pen.Attr);
        }
        row.Length = at;
        return true;
    }

    private static int PutStyle(Span<byte> bytes, in Cell pen)
    {
        bytes[0] = LineCodec.StyleChange;
        return 1 + StyleCodec.EncodePlain(pen.Fg, pen.Bg, pen.Attr, bytes[1..]);
    }

    public static int ReadPlain(ReadOnlySpan<byte> text, bool ascii, out int scalar)
    {
        scalar = text[0];
        if (scalar >= 0x80)
            return Utf8Scalars.Read(text, out scalar);
        return ascii && scalar is >= 0x20 and < 0x7F ? 1 : 0;
    }
}
