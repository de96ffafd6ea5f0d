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

    // Some 30 KB: a fast terminal takes a millisecond for them, a slow line so long that it is seen.
    private const int PreviewFromLines = 500;

    /// <summary>The screen as events for a subscriber; at least one. Above much scrollback it comes first by itself, to be seen at once.</summary>
    public static IEnumerable<SnapshotEvent> Redraw(Session session, uint scrollbackLines)
    {
        var model = session.Screen.Current;
        var previewed = Math.Min(Lines(scrollbackLines), model.ScrollbackCount) >= PreviewFromLines;
        if (previewed)
            yield return Event(session, model, Preview(model), more: true);
        var pieces = Pieces(Redraw(model, new SnapshotOptions { ScrollbackLines = Lines(scrollbackLines), OverPreview = previewed }));
        for (var i = 0; i < pieces.Count; i++)
            yield return Event(session, model, pieces[i], more: i + 1 < pieces.Count);
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

    private static SnapshotEvent Event(Session session, TerminalModel model, ByteString data, bool more) =>
        new() { Session = session.Number, Offset = session.Ring.Head, Size = SizeOf(model), Data = data, More = more };

    private static ByteString Preview(TerminalModel model)
    {
        var drawing = new ArrayBufferWriter<byte>();
        TerminalSnapshot.WritePreview(model, drawing);
        return ByteString.CopyFrom(drawing.WrittenSpan);
    }

    private static ReadOnlyMemory<byte> Redraw(TerminalModel model, SnapshotOptions options)
    {
        var drawing = new ArrayBufferWriter<byte>();
        TerminalSnapshot.Write(model, drawing, options);
        return drawing.WrittenMemory;
    }

    private static ReadOnlyMemory<byte> Bytes(TerminalModel model, SnapshotFormat format, int lines)
    {
        if (format == SnapshotFormat.SnapshotRedraw)
            return Redraw(model, new SnapshotOptions { ScrollbackLines = lines });
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
