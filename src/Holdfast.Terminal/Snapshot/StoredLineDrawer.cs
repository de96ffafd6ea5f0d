using System.Text;
using Holdfast.Terminal.Scrollback;
using Holdfast.Terminal.Screen;
using Holdfast.Terminal.Unicode;

namespace Holdfast.Terminal.Snapshot;

/// <summary>
/// Draws lines of the scrollback from their bytes, without making cells of them, as far as they hold what is common. Owned by one snapshot.
/// </summary>
internal sealed class StoredLineDrawer(TerminalState state, SequenceWriter writer, StyleTransition style, CellPrinter printer)
{
    /// <summary>Draws the line where the cursor is. Returns the first column that was not drawn: from there on its cells must be.</summary>
    public int Draw(ReadOnlySpan<byte> line)
    {
        var reader = new ByteReader(line);
        var head = reader.Byte();
        var count = reader.Number();
        if (count == 0)
            return 0;
        if ((head & LineCodec.Plain) == 0)
            return DrawMixed(line[reader.Position..], count);
        style.To((head & LineCodec.Styled) != 0 ? StyleCodec.Read(ref reader, state) : default);
        printer.ForgetCluster();
        writer.Raw(reader.Bytes(count));
        return count;
    }

    /// <summary>
    /// Whether the line is full and of plain text, and the one that continues it begins with text: then printing one after the other wraps
    /// by itself. False also where that is not known without cells.
    /// </summary>
    public static bool AreKnownToFlow(ReadOnlySpan<byte> line, ReadOnlySpan<byte> next, int columns)
    {
        var reader = new ByteReader(line);
        var nextReader = new ByteReader(next);
        return (reader.Byte() & LineCodec.Plain) != 0 && reader.Number() == columns
            && (nextReader.Byte() & (LineCodec.Plain | LineCodec.Styled)) == LineCodec.Plain && nextReader.Number() > 0;
    }

    private int DrawMixed(ReadOnlySpan<byte> line, int count)
    {
        var now = default(Cell);
        var column = 0;
        for (var at = 0; at < line.Length;)
        {
            var token = line[at];
            var used = 0;
            if (token is >= 0x20 and < 0x7F)
            {
                used = TextLength(line[at..]);
                DrawText(line.Slice(at, used), now);
                column += used;
            }
            else if (token == LineCodec.StyleChange)
            {
                var reader = new ByteReader(line[(at + 1)..]);
                now = StyleCodec.Read(ref reader, state);
                used = 1 + reader.Position;
            }
            else if (token >= 0x80 || token == LineCodec.Wide)
            {
                used = DrawScalar(line[at..], now);
                column += token == LineCodec.Wide ? 2 : 1;
            }
            else if (token == LineCodec.Cluster)
            {
                used = DrawCluster(line[at..], now, 1);
                column++;
            }
            else if (token is LineCodec.Empty or LineCodec.Empties && (now.Fg | now.Bg | now.Attr) == 0)
            {
                var reader = new ByteReader(line[(at + 1)..]);
                var gap = token == LineCodec.Empty ? 1 : reader.Number();
                writer.Csi(gap, 'C');
                used = 1 + reader.Position;
                column += gap;
            }
            if (used == 0)
                return token == LineCodec.Wide ? column - 2 : token == LineCodec.Cluster ? column - 1 : column;
            at += used;
        }
        return count;
    }

    private void DrawText(ReadOnlySpan<byte> text, in Cell now)
    {
        style.To(now);
        printer.ForgetCluster();
        writer.Raw(text);
    }

    // A scalar beyond ASCII, or a wide one: 0 when a cluster is wide.
    private int DrawScalar(ReadOnlySpan<byte> line, in Cell now)
    {
        var wide = line[0] == LineCodec.Wide ? 1 : 0;
        var lead = line[wide];
        if (lead == LineCodec.Cluster)
            return DrawCluster(line[1..], now, 2) is var used && used > 0 ? used + 1 : 0;
        var length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        style.To(now);
        printer.SetClusters(on: false);
        printer.ForgetCluster();
        writer.Raw(line.Slice(wide, length));
        return wide + length;
    }

    // Letters with marks. What comes next must be text of one scalar: it cannot join, and nothing need be remembered for it.
    private int DrawCluster(ReadOnlySpan<byte> line, in Cell now, int width)
    {
        var length = line[1];
        var end = 2 + length;
        if (length >= 0x80 || end + 1 >= line.Length || !(line[end] >= 0x20 || (line[end] == LineCodec.Wide && line[end + 1] >= 0x20)) || !IsSimple(line[2..end], width))
            return 0;
        style.To(now);
        printer.SetClusters(on: false);
        writer.Raw(line[2..end]);
        return end;
    }

    private static bool IsSimple(ReadOnlySpan<byte> text, int width)
    {
        while (!text.IsEmpty)
        {
            _ = Rune.DecodeFromUtf8(text, out var rune, out var used);
            if (ScalarProperties.WidthOf(rune.Value) != width)
                return false;
            width = 0;
            text = text[used..];
        }
        return true;
    }

    private static int TextLength(ReadOnlySpan<byte> text)
    {
        var length = text.IndexOfAnyExceptInRange((byte)0x20, (byte)0x7E);
        return length < 0 ? text.Length : length;
    }
}
