using System.Runtime.InteropServices;
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
    private const int Wrapped = 1;
    private const int Plain = 2;
    private const int Styled = 4;

    // Bytes between the characters; no cell holds a control character, so they are free.
    private const byte Empty = 0;
    private const byte Wide = 1;
    private const byte Trail = 2;
    private const byte Cluster = 3;
    private const byte StyleChange = 4;
    private const byte Empties = 5;

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
        var styled = (first.Fg | first.Bg | first.Attr) != 0;
        var start = writer.Length;
        writer.Byte((wrapped ? Wrapped : 0) | Plain | (styled ? Styled : 0));
        writer.Number(row.Length);
        if (styled)
            StyleCodec.Write(first, state, writer);
        var text = writer.Reserve(row.Length)[..row.Length];
        var different = 0u;
        var outside = false;
        for (var i = 0; i < text.Length; i++)
        {
            ref readonly var cell = ref row[i];
            different |= (cell.Fg ^ first.Fg) | (cell.Bg ^ first.Bg) | (cell.Attr ^ first.Attr);
            outside |= cell.Content - 0x20 > 0x5E;
            text[i] = (byte)cell.Content;
        }
        if (different != 0 || outside)
        {
            writer.Advance(start - writer.Length);
            return false;
        }
        writer.Advance(row.Length);
        return true;
    }

    private static void EncodeAny(ReadOnlySpan<Cell> row, bool wrapped, TerminalState state, ByteWriter writer)
    {
        writer.Byte(wrapped ? Wrapped : 0);
        writer.Number(row.Length);
        var style = default(Cell);
        for (var i = 0; i < row.Length; i++)
        {
            ref readonly var cell = ref row[i];
            if (!cell.SameStyle(style))
            {
                style = cell;
                writer.Byte(StyleChange);
                StyleCodec.Write(style, state, writer);
            }
            if (cell.Content - 0x20 <= 0x5E)
                writer.Byte((int)cell.Content);
            else if (cell.Content == 0)
                i += WriteEmpties(row[i..], writer);
            else
                WriteContent(cell, state, writer);
        }
    }

    // How many cells after the first one were written with it.
    private static int WriteEmpties(ReadOnlySpan<Cell> row, ByteWriter writer)
    {
        var count = 1;
        while (count < row.Length && row[count].Content == 0 && row[count].SameStyle(row[0]))
            count++;
        if (count == 1)
        {
            writer.Byte(Empty);
            return 0;
        }
        writer.Byte(Empties);
        writer.Number(count);
        return count - 1;
    }

    private static void WriteContent(in Cell cell, TerminalState state, ByteWriter writer)
    {
        if (cell.IsTrail)
        {
            writer.Byte(Trail);
            return;
        }
        if (cell.IsWide)
            writer.Byte(Wide);
        if ((cell.Content & Cell.ClusterBit) != 0)
        {
            writer.Byte(Cluster);
            writer.Text(state.Clusters[cell.Content & Cell.ContentMask]);
        }
        else
        {
            writer.Scalar(cell.Content & Cell.ContentMask);
        }
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
                    row[i] = style;
                    row[i++].Content = ReadContent(token, ref reader, state);
                    continue;
            }
        }
    }

    private static uint ReadContent(byte token, ref ByteReader reader, TerminalState state)
    {
        var wide = token == Wide ? Cell.WideLead : 0;
        if (token == Wide)
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
