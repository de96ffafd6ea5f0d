using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;
using Holdfast.Terminal.Screen;

namespace Holdfast.Terminal.Scrollback;

/// <summary>
/// A row as few bytes: its text in UTF-8 with changes of style in between, trailing blanks left out. Self-contained (links and clusters
/// are written out), and canonical: equal rows give equal bytes.
/// </summary>
internal static class LineCodec
{
    // The first byte of a line.
    internal const int Wrapped = 1;
    internal const int Plain = 2;
    internal const int Styled = 4;

    // Bytes between the characters; no cell holds a control character, so they are free.
    internal const byte Empty = 0;
    internal const byte Wide = 1;
    internal const byte Trail = 2;
    internal const byte Cluster = 3;
    internal const byte StyleChange = 4;
    internal const byte Empties = 5;

    // A wide character without its second half in the same style, which damaged input alone can make.
    internal const byte WideAlone = 6;

    // A scalar of four bytes and the mark before it.
    internal const int LongestCell = 5;

    // The mark and a number of columns.
    internal const int LongestEmpties = 4;

    public static bool IsWrapped(ReadOnlySpan<byte> line) => (line[0] & Wrapped) != 0;

    /// <summary>Cells up to the last one that is not blank.</summary>
    public static int UsedCells(ReadOnlySpan<Cell> row) =>
        (MemoryMarshal.AsBytes(row).LastIndexOfAnyExcept((byte)0) + 16) / 16;

    public static void Encode(ReadOnlySpan<Cell> row, bool wrapped, TerminalState state, ByteWriter writer)
    {
        var used = UsedCells(row);
        row = row[..used];
        if (used == 0 || !TryEncodePlain(row, wrapped, state, writer))
            EncodeAny(row, wrapped, state, writer);
    }

    /// <summary>Fills the beginning of <paramref name="row"/>, which must be blank. Returns the cells that were filled.</summary>
    public static int Decode(ReadOnlySpan<byte> line, Span<Cell> row, TerminalState state)
    {
        var reader = new ByteReader(line);
        return Decode(ref reader, row, state, out _);
    }

    /// <summary>As <see cref="Decode(ReadOnlySpan{byte}, Span{Cell}, TerminalState)"/>, from where the reader stands.</summary>
    public static int Decode(ref ByteReader reader, Span<Cell> row, TerminalState state, out bool wrapped)
    {
        var head = reader.Byte();
        wrapped = (head & Wrapped) != 0;
        var count = reader.Number(row.Length);
        var cell = (head & Styled) != 0 ? StyleCodec.Read(ref reader, state) : default;
        if ((head & Plain) == 0)
        {
            DecodeAny(ref reader, row[..count], state);
            return count;
        }
        var text = reader.Bytes(count);
        for (var i = 0; i < text.Length; i++)
        {
            cell.Content = text[i];
            row[i] = cell;
        }
        return count;
    }

    /// <summary>How many cells the line has.</summary>
    public static int CellCount(ReadOnlySpan<byte> line)
    {
        var reader = new ByteReader(line);
        _ = reader.Byte();
        return reader.Number();
    }

    private static bool TryEncodePlain(ReadOnlySpan<Cell> row, bool wrapped, TerminalState state, ByteWriter writer)
    {
        var first = row[0];
        if (!row[^1].SameStyle(first) || !row[row.Length / 2].SameStyle(first))
            return false;
        var styled = (first.Fg | first.Bg | first.Attr) != 0;
        var start = writer.Length;
        writer.Byte((wrapped ? Wrapped : 0) | Plain | (styled ? Styled : 0));
        writer.Number(row.Length);
        if (styled)
            StyleCodec.Write(first, state, writer);
        if (!TryNarrow(row, writer.Reserve(row.Length)))
        {
            writer.Advance(start - writer.Length);
            return false;
        }
        writer.Advance(row.Length);
        return true;
    }

    // Four cells at a time: their styles must be that of the first, their contents printable ASCII.
    private static bool TryNarrow(ReadOnlySpan<Cell> row, Span<byte> text)
    {
        var cells = MemoryMarshal.Cast<Cell, Vector128<uint>>(row);
        var low = Vector128.Create(0x20u, 0, 0, 0);
        // The first lane holds the content less U+0020, the others what differs in style.
        var style = cells[0].WithElement(0, 0u);
        var most = Vector128.Create(0x5Eu, 0, 0, 0);
        var worst = Vector128<uint>.Zero;
        for (var i = 0; i < cells.Length && i < text.Length; i++)
        {
            var cell = cells[i];
            worst = Vector128.Max(worst, (cell ^ style) - low);
            text[i] = (byte)cell.ToScalar();
        }
        return Vector128.LessThanOrEqualAll(worst, most);
    }

    private static void EncodeAny(ReadOnlySpan<Cell> row, bool wrapped, TerminalState state, ByteWriter writer)
    {
        writer.Byte(wrapped ? Wrapped : 0);
        writer.Number(row.Length);
        var style = default(Cell);
        for (var i = 0; i < row.Length;)
        {
            if (!row[i].SameStyle(style))
            {
                style = row[i];
                writer.Byte(StyleChange);
                StyleCodec.Write(style, state, writer);
            }
            var text = writer.Reserve((row.Length - i) * LongestCell);
            i = EncodeRun(row, i, style, text, out var length);
            writer.Advance(length);
            if (i < row.Length && row[i].SameStyle(style))
                i += EncodeRare(row[i..], state, writer);
        }
    }

    // Cells of one style as far as they are text. Returns where that ends.
    private static int EncodeRun(ReadOnlySpan<Cell> row, int i, in Cell style, Span<byte> text, out int length)
    {
        length = 0;
        for (; i < row.Length; i++)
        {
            ref readonly var cell = ref row[i];
            if (!cell.SameStyle(style))
                return i;
            var content = cell.Content;
            if (content - 0x20 <= 0x5E)
            {
                text[length++] = (byte)content;
                continue;
            }
            if (content < 0xA0 || (content & (Cell.ClusterBit | Cell.WideTrail)) != 0)
                return i;
            if ((content & Cell.WideLead) != 0)
            {
                if (i + 1 == row.Length || !row[i + 1].IsTrail || !row[i + 1].SameStyle(style))
                    return i;
                text[length++] = Wide;
                i++;
            }
            length += EncodeScalar(content & Cell.ContentMask, text[length..]);
        }
        return i;
    }

    internal static int EncodeScalar(uint scalar, Span<byte> text)
    {
        if (scalar is >= 0x800 and < 0x1_0000)
        {
            text[2] = (byte)(0x80 | (scalar & 0x3F));
            text[1] = (byte)(0x80 | ((scalar >> 6) & 0x3F));
            text[0] = (byte)(0xE0 | (scalar >> 12));
            return 3;
        }
        return new Rune(scalar).EncodeToUtf8(text);
    }

    // Erased cells, clusters, halves. Returns how many cells.
    private static int EncodeRare(ReadOnlySpan<Cell> row, TerminalState state, ByteWriter writer)
    {
        var cell = row[0];
        if (cell.Content == 0)
            return WriteEmpties(row, writer);
        if (cell.IsTrail)
        {
            writer.Byte(Trail);
            return 1;
        }
        var whole = cell.IsWide && row.Length > 1 && row[1].IsTrail && row[1].SameStyle(cell);
        if (cell.IsWide)
            writer.Byte(whole ? Wide : WideAlone);
        if ((cell.Content & Cell.ClusterBit) != 0)
        {
            writer.Byte(Cluster);
            writer.Text(state.Clusters[cell.Content & Cell.ContentMask]);
        }
        else
        {
            writer.Scalar(cell.Content & Cell.ContentMask);
        }
        return whole ? 2 : 1;
    }

    private static int WriteEmpties(ReadOnlySpan<Cell> row, ByteWriter writer)
    {
        var count = 1;
        while (count < row.Length && row[count].Content == 0 && row[count].SameStyle(row[0]))
            count++;
        writer.Advance(EncodeEmpties(count, writer.Reserve(LongestEmpties)));
        return count;
    }

    /// <summary>Erased cells of one style. Returns the bytes.</summary>
    internal static int EncodeEmpties(int count, Span<byte> bytes)
    {
        bytes[0] = count == 1 ? Empty : Empties;
        if (count == 1)
            return 1;
        var at = 1;
        var rest = (uint)count;
        for (; rest >= 0x80; rest >>= 7)
            bytes[at++] = (byte)(rest | 0x80);
        bytes[at++] = (byte)rest;
        return at;
    }

    private static void DecodeAny(ref ByteReader reader, Span<Cell> row, TerminalState state)
    {
        var style = default(Cell);
        for (var i = 0; i < row.Length;)
        {
            var token = reader.Byte();
            switch (token)
            {
                case StyleChange:
                    style = StyleCodec.Read(ref reader, state);
                    continue;
                case Empty:
                    row[i++] = style;
                    continue;
                case Empties:
                    var count = reader.Number(row.Length - i);
                    row.Slice(i, count).Fill(style);
                    i += count;
                    continue;
                case Trail:
                    row[i] = style;
                    row[i++].Content = Cell.WideTrail;
                    continue;
                default:
                    i += DecodeText(token, ref reader, row[i..], style, state);
                    continue;
            }
        }
    }

    private static int DecodeText(byte token, ref ByteReader reader, Span<Cell> row, in Cell style, TerminalState state)
    {
        row[0] = style;
        row[0].Content = ReadContent(token, ref reader, state);
        if (token != Wide || row.Length < 2)
            return 1;
        row[1] = style;
        row[1].Content = Cell.WideTrail;
        return 2;
    }

    private static uint ReadContent(byte token, ref ByteReader reader, TerminalState state)
    {
        var wide = token is Wide or WideAlone ? Cell.WideLead : 0;
        if (wide != 0)
            token = reader.Byte();
        if (token is >= 0x20 and < 0x7F)
            return token | wide;
        if (token == Cluster)
            return state.Intern(reader.Text(ClusterTable.LongestText * 3).AsSpan()) | wide;
        Span<byte> bytes = stackalloc byte[4];
        bytes[0] = token;
        var length = token < 0xC2 ? throw ByteReader.Broken() : token < 0xE0 ? 2 : token < 0xF0 ? 3 : 4;
        reader.Bytes(length - 1).CopyTo(bytes[1..]);
        return Rune.DecodeFromUtf8(bytes[..length], out var rune, out _) == System.Buffers.OperationStatus.Done ? (uint)rune.Value | wide : throw ByteReader.Broken();
    }
}
