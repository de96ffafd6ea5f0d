using System.Buffers;
using System.Text;
using Google.Protobuf;
using Holdfast.Daemon.Sessions;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;
using Holdfast.Terminal;
using TerminalSize = Holdfast.Protocol.V1.TerminalSize;

namespace Holdfast.Daemon.Screen;

/// <summary>A session's screen as messages for clients, cut into frames. Stateless; loop thread.</summary>
public static class ScreenSnapshot
{
    // Like a history answer: several may be under way without crowding out events.
    private const int PieceBytes = ProtocolLimits.MaxHistoryBytes;

    /// <summary>The screen as events for a subscriber; at least one.</summary>
    public static IEnumerable<SnapshotEvent> Redraw(Session session, uint scrollbackLines)
    {
        var model = session.Screen.Current;
        var pieces = Pieces(Bytes(model, SnapshotFormat.SnapshotRedraw, Lines(scrollbackLines)));
        return pieces.Select((piece, i) => new SnapshotEvent
        {
            Session = session.Number,
            Offset = session.Ring.Head,
            Size = SizeOf(model),
            Data = piece,
            More = i + 1 < pieces.Count,
        });
    }

    /// <summary>The screen as answers to a request; at least one.</summary>
    public static IEnumerable<SnapshotAnswer> Answer(Session session, SnapshotRequest request)
    {
        var model = session.Screen.Current;
        var pieces = Pieces(Bytes(model, request.Format, Lines(request.ScrollbackLines)));
        var cursor = model.Cursor;
        return pieces.Select((piece, i) => new SnapshotAnswer
        {
            Offset = session.Ring.Head,
            Size = SizeOf(model),
            Data = piece,
            More = i + 1 < pieces.Count,
            Part = (uint)i,
            CursorColumn = (uint)cursor.Column,
            CursorRow = (uint)cursor.Row,
            AlternateScreen = model.AlternateScreenActive,
            ScrollbackLines = (uint)model.ScrollbackCount,
        });
    }

    private static ReadOnlyMemory<byte> Bytes(TerminalModel model, SnapshotFormat format, int lines)
    {
        if (format == SnapshotFormat.SnapshotRedraw)
        {
            var redraw = new ArrayBufferWriter<byte>();
            TerminalSnapshot.Write(model, redraw, new SnapshotOptions { ScrollbackLines = lines });
            return redraw.WrittenMemory;
        }
        var styled = format == SnapshotFormat.SnapshotStyled;
        return Encoding.UTF8.GetBytes(TerminalText.Scrollback(model, lines, styled) + TerminalText.Screen(model, styled));
    }

    private static List<ByteString> Pieces(ReadOnlyMemory<byte> bytes)
    {
        var pieces = new List<ByteString>();
        do
        {
            var length = Math.Min(bytes.Length, PieceBytes);
            pieces.Add(ByteString.CopyFrom(bytes.Span[..length]));
            bytes = bytes[length..];
        }
        while (!bytes.IsEmpty);
        return pieces;
    }

    private static int Lines(uint lines) => (int)Math.Min(lines, int.MaxValue);

    private static TerminalSize SizeOf(TerminalModel model) => new() { Cols = (uint)model.Size.Columns, Rows = (uint)model.Size.Rows };
}
