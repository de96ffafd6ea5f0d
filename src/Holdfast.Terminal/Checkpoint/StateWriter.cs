using Holdfast.Terminal.Modes;
using Holdfast.Terminal.Parsing;
using Holdfast.Terminal.Screen;
using Holdfast.Terminal.Scrollback;

namespace Holdfast.Terminal.Checkpoint;

/// <summary>
/// Writes a model's state: a fixed head (magic, version, length), the state without scrollback, then the lines that fit, the newest kept.
/// Pure functions. Equal states give equal bytes, which is how models are compared.
/// </summary>
internal static class StateWriter
{
    /// <summary>"HFTS" and the version of the layout; a reader refuses others.</summary>
    public const uint Magic = 0x53544648;
    public const byte Version = 2;

    public static CheckpointResult Write(TerminalModel model, Span<byte> destination)
    {
        var body = Body(model);
        var store = model.State.Scrollback;
        // The longest form of the count of lines.
        var room = destination.Length - body.Length - 5;
        if (room < 0)
            return default;
        var first = store.Count;
        while (first > 0 && LineSize(store[first - 1]) is var size && size <= room)
        {
            room -= size;
            first--;
        }
        var lines = new ByteWriter();
        lines.Number(store.Count - first);
        body.Written.CopyTo(destination);
        var at = body.Length;
        lines.Written.CopyTo(destination[at..]);
        at += lines.Length;
        for (var i = first; i < store.Count; i++)
        {
            lines.Clear();
            lines.Number(store[i].Length);
            lines.Written.CopyTo(destination[at..]);
            at += lines.Length;
            store[i].CopyTo(destination[at..]);
            at += store[i].Length;
        }
        return new CheckpointResult(at, first);
    }

    public static bool Equal(TerminalModel one, TerminalModel other)
    {
        if (!Body(one).Written.SequenceEqual(Body(other).Written) || one.ScrollbackCount != other.ScrollbackCount)
            return false;
        for (var i = 0; i < one.ScrollbackCount; i++)
        {
            if (!one.State.Scrollback[i].SequenceEqual(other.State.Scrollback[i]))
                return false;
        }
        return true;
    }

    private static int LineSize(ReadOnlySpan<byte> line) => line.Length + (line.Length < 0x80 ? 1 : line.Length < 0x4000 ? 2 : line.Length < 0x20_0000 ? 3 : 5);

    internal static ByteWriter Body(TerminalModel model)
    {
        var writer = new ByteWriter();
        var state = model.State;
        writer.Word(Magic | ((ulong)Version << 32));
        writer.Number(state.Columns);
        writer.Number(state.Rows);
        WriteMargins(state, writer);
        WriteGrid(state.Main, writer);
        writer.Flag(state.IsAlternate);
        writer.Number(state.IsAlternate ? state.MainRow : 0);
        writer.Flag(state.Alternate is not null);
        if (state.Alternate is { } alternate)
            WriteGrid(alternate, writer);
        else
            WriteSaved(state.AlternateSaved, writer);
        WriteCursor(state, writer);
        WriteModes(model, writer);
        WriteTexts(state, writer);
        WriteParser(model, writer);
        return writer;
    }

    private static void WriteGrid(Grid grid, ByteWriter writer)
    {
        WriteSaved(grid.Saved, writer);
        for (var row = 0; row < grid.Rows; row++)
            grid.Encode(row, writer);
    }

    private static void WriteMargins(TerminalState state, ByteWriter writer)
    {
        writer.Number(state.Margins.Top);
        writer.Number(state.Margins.Bottom);
        writer.Number(state.Margins.Left);
        writer.Number(state.Margins.Right);
        for (var i = 0; i < state.Columns; i += 8)
        {
            var stops = 0;
            for (var bit = 0; bit < 8; bit++)
                stops |= state.Tabs[i + bit] ? 1 << bit : 0;
            writer.Byte(stops);
        }
    }

    private static void WriteSaved(SavedCursor saved, ByteWriter writer)
    {
        writer.Number(saved.X);
        writer.Number(saved.Y);
        writer.Flag(saved.PendingWrap);
        StyleCodec.Write(saved.Fg, saved.Bg, saved.Flags, new Extra(saved.UnderlineColor, null), writer);
        WriteCharsets(saved.Charsets, writer);
        writer.Flag(saved.Origin);
    }

    private static void WriteCharsets(CharsetState charsets, ByteWriter writer)
    {
        for (var i = 0; i < 4; i++)
            writer.Byte((int)charsets[i]);
        writer.Byte(charsets.Locked);
        writer.Byte(charsets.Single);
    }

    private static void WriteCursor(TerminalState state, ByteWriter writer)
    {
        writer.Number(state.X);
        writer.Number(state.Y);
        writer.Flag(state.PendingWrap);
        writer.Byte(state.JoinWidth);
        writer.Byte(state.CursorStyle);
        StyleCodec.Write(state.Pen, state, writer);
        WriteCharsets(state.Charsets, writer);
    }

    private static void WriteModes(TerminalModel model, ByteWriter writer)
    {
        var state = model.State;
        writer.Word((ulong)state.Modes);
        writer.Word((ulong)model.ModeSwitch.SavedModes);
        writer.Flag(model.Rectangles.FollowsText);
        writer.Number(state.ModifyOtherKeys);
        WriteKeyboard(state.MainKeyboard, writer);
        WriteKeyboard(state.AlternateKeyboard, writer);
        for (var i = 0; i < PaletteState.Count; i++)
        {
            if (!state.Palette.TryGetChange(i, out var rgb))
                continue;
            writer.Number(i + 1);
            writer.Number(rgb);
        }
        writer.Number(0);
        writer.Byte(state.Palette.Touched);
    }

    private static void WriteKeyboard(KeyboardFlagStack stack, ByteWriter writer)
    {
        writer.Number(stack.Flags);
        writer.Number(stack.Saved.Count);
        foreach (var flags in stack.Saved)
            writer.Number(flags);
    }

    private static void WriteTexts(TerminalState state, ByteWriter writer)
    {
        var titles = state.Titles;
        writer.Text(titles.Title);
        writer.Text(titles.IconName);
        writer.Flag(titles.WorkingDirectory is not null);
        writer.Text(titles.WorkingDirectory ?? "");
        WriteList(titles.SavedTitles, writer);
        WriteList(titles.SavedIconNames, writer);
    }

    private static void WriteList(List<string> texts, ByteWriter writer)
    {
        writer.Number(texts.Count);
        foreach (var text in texts)
            writer.Text(text);
    }

    private static void WriteParser(TerminalModel model, ByteWriter writer)
    {
        var reader = model.Reader;
        writer.Number(model.Parser.Partial.Length);
        writer.Bytes(model.Parser.Partial);
        writer.Byte((int)reader.State);
        if (reader.State.HasHead())
        {
            writer.Byte(reader.Prefix);
            writer.Number(reader.Intermediates);
            reader.Parameters.Write(writer);
        }
        if (!reader.State.HasPayload())
            return;
        writer.Number(reader.Payload.Length);
        writer.Bytes(reader.Payload.Written);
    }
}
