using Holdfast.Terminal.Modes;
using Holdfast.Terminal.Parsing;
using Holdfast.Terminal.Screen;
using Holdfast.Terminal.Scrollback;

namespace Holdfast.Terminal.Checkpoint;

/// <summary>
/// Reads what <see cref="StateWriter"/> wrote. Pure functions. Bytes that were damaged give a <see cref="FormatException"/> or another
/// valid model, never a broken one.
/// </summary>
internal static class StateReader
{
    public static TerminalModel Read(ReadOnlySpan<byte> source, TerminalOptions? options)
    {
        var reader = new ByteReader(source);
        if (reader.Word() != (StateWriter.Magic | ((ulong)StateWriter.Version << 32)))
            throw ByteReader.Broken();
        var columns = reader.Number(TerminalSize.Largest);
        var rows = reader.Number(TerminalSize.Largest);
        if (columns == 0 || rows == 0)
            throw ByteReader.Broken();
        var model = new TerminalModel(new TerminalSize(columns, rows), options);
        var state = model.State;
        state.Pin();
        ReadMargins(ref reader, state);
        ReadGrid(ref reader, state.Main, state);
        ReadAlternate(ref reader, state);
        ReadCursor(ref reader, state);
        ReadModes(ref reader, model);
        ReadTexts(ref reader, state);
        ReadParser(ref reader, model);
        state.Unpin();
        for (var count = reader.Number(int.MaxValue); count > 0; count--)
            state.Scrollback.Add(Checked(reader.Bytes(reader.Number(source.Length))));
        return model;
    }

    private static void ReadAlternate(ref ByteReader reader, TerminalState state)
    {
        var active = reader.Flag();
        var row = reader.Number(state.Rows - 1);
        if (!reader.Flag())
        {
            state.AlternateSaved = ReadSaved(ref reader, state);
            return;
        }
        state.EnterAlternate();
        ReadGrid(ref reader, state.Alternate!, state);
        state.MainRow = row;
        if (!active)
            state.LeaveAlternate(keep: true);
    }

    // A line is decoded when somebody looks: it must be known by then that it can be.
    private static ReadOnlySpan<byte> Checked(ReadOnlySpan<byte> line)
    {
        if (line.IsEmpty || LineCodec.CellCount(line) > TerminalSize.Largest)
            throw ByteReader.Broken();
        return line;
    }

    private static void ReadMargins(ref ByteReader reader, TerminalState state)
    {
        var margins = state.Margins;
        margins.Top = reader.Number(state.Rows - 1);
        margins.Bottom = reader.Number(state.Rows - 1);
        margins.Left = reader.Number(state.Columns - 1);
        margins.Right = reader.Number(state.Columns - 1);
        if (margins.Top > margins.Bottom || margins.Left > margins.Right)
            throw ByteReader.Broken();
        state.Tabs.ClearAll();
        for (var i = 0; i < state.Columns; i += 8)
        {
            var stops = reader.Byte();
            for (var bit = 0; bit < 8 && i + bit < state.Columns; bit++)
            {
                if ((stops & (1 << bit)) != 0)
                    state.Tabs.Set(i + bit);
            }
        }
    }

    private static void ReadGrid(ref ByteReader reader, Grid grid, TerminalState state)
    {
        grid.Saved = ReadSaved(ref reader, state);
        for (var row = 0; row < grid.Rows; row++)
        {
            LineCodec.Decode(ref reader, grid.Row(row), state, out var wrapped);
            MendRow(grid.Row(row));
            grid.SetWrapped(row, wrapped);
        }
    }

    // Half a wide character is what no printing leaves behind; damaged bytes might.
    private static void MendRow(Span<Cell> row)
    {
        for (var i = 0; i < row.Length; i++)
            RowEditor.MendEnds(row, i, i + 1);
    }

    private static SavedCursor ReadSaved(ref ByteReader reader, TerminalState state)
    {
        var x = reader.Number(state.Columns - 1);
        var y = reader.Number(state.Rows - 1);
        var pending = reader.Flag();
        var style = StyleCodec.ReadParts(ref reader, out var extra);
        return new SavedCursor(x, y, pending, style.Fg, style.Bg, style.Attr & 0xFFFF, extra.UnderlineColor, ReadCharsets(ref reader), reader.Flag());
    }

    private static CharsetState ReadCharsets(ref ByteReader reader)
    {
        var charsets = default(CharsetState);
        for (var i = 0; i < 4; i++)
            charsets[i] = (Charset)Math.Min(reader.Byte(), (byte)Charset.British);
        charsets.Locked = (byte)(reader.Byte() & 3);
        charsets.Single = (byte)(reader.Byte() & 3);
        return charsets;
    }

    private static void ReadCursor(ref ByteReader reader, TerminalState state)
    {
        state.X = reader.Number(state.Columns - 1);
        state.Y = reader.Number(state.Rows - 1);
        state.PendingWrap = reader.Flag();
        state.JoinWidth = Math.Min((int)reader.Byte(), 2);
        state.CursorStyle = Math.Min((int)reader.Byte(), 6);
        state.Pen = StyleCodec.Read(ref reader, state);
        state.Charsets = ReadCharsets(ref reader);
    }

    private static void ReadModes(ref ByteReader reader, TerminalModel model)
    {
        var state = model.State;
        state.Modes = (ModeFlags)reader.Word();
        model.ModeSwitch.SavedModes = (ModeFlags)reader.Word();
        model.Rectangles.FollowsText = reader.Flag();
        state.ModifyOtherKeys = reader.Number(3);
        ReadKeyboard(ref reader, state.MainKeyboard);
        ReadKeyboard(ref reader, state.AlternateKeyboard);
        for (var index = reader.Number(PaletteState.Count); index != 0; index = reader.Number(PaletteState.Count))
            state.Palette.Change(index - 1, reader.Number(0xFF_FFFF));
        state.Palette.Touched |= reader.Byte() & PaletteState.AllTouched;
    }

    private static void ReadKeyboard(ref ByteReader reader, KeyboardFlagStack stack)
    {
        var flags = reader.Number(KeyboardFlagStack.AllFlags);
        var saved = new int[reader.Number(KeyboardFlagStack.Most)];
        for (var i = 0; i < saved.Length; i++)
            saved[i] = reader.Number(KeyboardFlagStack.AllFlags);
        stack.Restore(flags, saved);
    }

    private static void ReadTexts(ref ByteReader reader, TerminalState state)
    {
        var titles = state.Titles;
        titles.Title = reader.Text();
        titles.IconName = reader.Text();
        var has = reader.Flag();
        var directory = reader.Text();
        titles.WorkingDirectory = has ? directory : null;
        ReadList(ref reader, titles.SavedTitles);
        ReadList(ref reader, titles.SavedIconNames);
    }

    private static void ReadList(ref ByteReader reader, List<string> texts)
    {
        for (var count = reader.Number(TitleState.MostSaved); count > 0; count--)
            texts.Add(reader.Text());
    }

    private static void ReadParser(ref ByteReader reader, TerminalModel model)
    {
        model.Parser.SetPartial(reader.Bytes(reader.Number(3)));
        var target = model.Reader;
        target.State = (ParserState)Math.Min(reader.Byte(), (byte)ParserState.StringIgnore);
        if (target.State.HasHead())
        {
            target.Prefix = reader.Byte();
            target.Intermediates = reader.Number(0xFFFF);
            target.Parameters.Read(ref reader);
        }
        if (!target.State.HasPayload())
            return;
        target.Payload.Bytes(reader.Bytes(reader.Number(SequenceReader.LongestString)));
    }
}
