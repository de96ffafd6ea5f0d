using System.Buffers;
using FsCheck;
using FsCheck.Fluent;

namespace Holdfast.Terminal.Tests;

/// <summary>What holds for any output whatever, each with some thousands of generated streams.</summary>
public sealed class PropertyTests
{
    // The same in every run that does not look for more, as the fuzzer (CONTRIBUTING.md): what fails is then the change's doing.
    private static readonly ulong Seed = ulong.Parse(Environment.GetEnvironmentVariable("HOLDFAST_FUZZ_SEED") ?? "1", System.Globalization.CultureInfo.InvariantCulture);

    // Any odd number makes a sequence of its own.
    private const ulong Gamma = 0x9E37_79B9_7F4A_7C15;

    private static void Holds(Func<Streams.Stream, bool> property, int count = 1500, int size = 60) => Holds(Streams.Any, property, count, size);

    private static void Holds(Arbitrary<Streams.Stream> streams, Func<Streams.Stream, bool> property, int count, int size) =>
        Prop.ForAll(streams, property).Check(Config.QuickThrowOnFailure.WithMaxTest(count).WithEndSize(size).WithReplay(Seed, Gamma));

    [Fact]
    public void Cuts_anywhere_change_nothing() => Holds(IsTheSameByteByByte);

    // In one piece most of it goes the short ways: byte by byte it does not.
    [Fact]
    public void Coloured_text_in_one_piece_comes_to_the_same_as_byte_by_byte() => Holds(Streams.Coloured, IsTheSameByteByByte, 4000, 120);

    [Fact]
    public void What_is_drawn_in_one_piece_comes_to_the_same_as_byte_by_byte() => Holds(Streams.Drawn, IsTheSameByteByByte, 4000, 120);

    // What chance brings too seldom: an erasure from half of a wide character.
    [Theory]
    [InlineData("\e[1;1H字字字字\e[1;4H\e[K\e[2;1Hbehind it follow others")]
    [InlineData("\e[1;1H字字字字\e[1;2H\e[2X\e[2;1Hbehind it follow others")]
    public void What_is_drawn_in_a_certain_piece_comes_to_the_same_as_byte_by_byte(string output) =>
        Assert.True(IsTheSameByteByByte(new Streams.Stream(40, 4, [output], "")));

    private static bool IsTheSameByteByByte(Streams.Stream stream)
    {
        var whole = stream.Feed();
        var cut = new TerminalModel(new TerminalSize(stream.Columns, stream.Rows));
        foreach (var value in stream.Bytes)
            cut.Feed([value]);
        return whole.StateEquals(cut);
    }

    // Lines that would only pass over the screen are not printed one by one: in small pieces they are.
    [Fact]
    public void Lines_in_quantity_come_to_the_same_as_a_few_at_a_time() => Holds(stream =>
    {
        var bytes = Streams.WithManyLines(stream);
        var options = new TerminalOptions { ScrollbackLines = bytes.Length % 3 == 0 ? 40 : 2000, ScrollbackBytes = bytes.Length % 2 == 0 ? 600 : 1 << 20 };
        var whole = new TerminalModel(new TerminalSize(stream.Columns, stream.Rows), options);
        whole.Feed(bytes);
        var few = new TerminalModel(whole.Size, options);
        foreach (var piece in bytes.Chunk(90))
            few.Feed(piece);
        return whole.StateEquals(few);
    });

    // Rows are kept as bytes until somebody asks for their cells: both forms must come to the same.
    [Fact]
    public void Reading_rows_between_any_two_bytes_changes_nothing() => Holds(stream =>
    {
        var whole = stream.Feed();
        var read = new TerminalModel(new TerminalSize(stream.Columns, stream.Rows));
        foreach (var value in stream.Bytes)
        {
            read.Feed([value]);
            for (var row = 0; row < stream.Rows; row++)
                _ = read.GetRow(row)[0];
        }
        return whole.StateEquals(read);
    }, 4000);

    [Fact]
    public void A_checkpoint_gives_an_equal_model() => Holds(stream =>
    {
        var model = stream.Feed();
        return model.StateEquals(TerminalCheckpoint.Read(Checkpoint(model)));
    });

    [Fact]
    public void A_model_from_a_checkpoint_goes_on_as_the_first_one() => Holds(stream =>
    {
        var bytes = stream.Bytes;
        var first = new TerminalModel(new TerminalSize(stream.Columns, stream.Rows));
        first.Feed(bytes.AsSpan(0, bytes.Length / 2));
        var second = TerminalCheckpoint.Read(Checkpoint(first));
        first.Feed(bytes.AsSpan(bytes.Length / 2));
        second.Feed(bytes.AsSpan(bytes.Length / 2));
        return first.StateEquals(second);
    });

    [Fact]
    public void A_snapshot_redraws_an_equal_model() => Holds(stream =>
    {
        var model = stream.Feed();
        return CannotBeDrawn(model) || model.StateEquals(Redrawn(model, new TerminalModel(model.Size)));
    }, 6000);

    [Fact]
    public void A_snapshot_redraws_an_equal_screen_in_a_terminal_that_was_in_use() => Holds(stream =>
    {
        var half = stream.Pieces.Length / 2;
        var model = (stream with { Pieces = stream.Pieces[half..] }).Feed();
        var used = (stream with { Pieces = stream.Pieces[..half], Open = "\e]0;op" }).Feed();
        Redrawn(model, used);
        return CannotBeDrawn(model) || TerminalText.Screen(model) == TerminalText.Screen(used) && model.Cursor == used.Cursor && model.Modes == used.Modes;
    }, 3000);

    [Fact]
    public void A_preview_below_a_snapshot_leaves_no_trace() => Holds(stream =>
    {
        var model = stream.Feed();
        var target = new TerminalModel(model.Size);
        var drawing = new ArrayBufferWriter<byte>();
        TerminalSnapshot.WritePreview(model, drawing);
        TerminalSnapshot.Write(model, drawing, new SnapshotOptions { ScrollbackLines = int.MaxValue, OverPreview = true });
        target.Feed(drawing.WrittenSpan);
        return CannotBeDrawn(model) || model.StateEquals(target);
    }, 3000);

    [Fact]
    public void Resizing_keeps_what_a_checkpoint_keeps() => Holds(stream =>
    {
        var model = stream.Feed();
        model.Resize(new TerminalSize(stream.Rows + 2, stream.Columns));
        model.Resize(new TerminalSize(stream.Columns + 3, stream.Rows));
        return model.StateEquals(TerminalCheckpoint.Read(Checkpoint(model)));
    });

    // What no sequence can say (the README lists it): a wrap pending over half of a wide character that was overwritten, rows of nothing but
    // such halves on one or two columns, and some seams on a screen of a single row.
    private static bool CannotBeDrawn(TerminalModel model)
    {
        if (model.Cursor.PendingWrap && IsRemains(model.GetRow(model.Cursor.Row)[model.Cursor.Column]))
            return true;
        var continues = true;
        for (var i = -model.Size.Rows; i < model.ScrollbackCount + model.Size.Rows; i++)
        {
            var row = i < 0 ? model.GetRow(i + model.Size.Rows) : i < model.ScrollbackCount ? model.GetScrollbackRow(i) : model.GetNormalRow(i - model.ScrollbackCount);
            if (IsAllRemains(row))
                return true;
            if (i >= 0 && model.Size.Rows == 1 && row.IsWrapped && continues)
                return true;
            continues = i < 0 || IsRemains(row[row.Columns - 1]);
        }
        return false;
    }

    private static bool IsAllRemains(RowView row)
    {
        for (var column = 0; column < row.Columns; column++)
        {
            if (!IsRemains(row[column]))
                return false;
        }
        return true;
    }

    private static bool IsRemains(CellView cell) =>
        cell is { Text: "", Width: 1 } && cell.Style != default && cell.Style is not { Foreground.Kind: ColorKind.Default, Underline: UnderlineStyle.None or UnderlineStyle.Single, Italic: false, Faint: false, Strike: false, Overline: false, Protected: false, UnderlineColor.Kind: ColorKind.Default, Hyperlink: null };

    private static TerminalModel Redrawn(TerminalModel model, TerminalModel target)
    {
        var snapshot = new ArrayBufferWriter<byte>();
        TerminalSnapshot.Write(model, snapshot, new SnapshotOptions { ScrollbackLines = int.MaxValue });
        target.Feed(snapshot.WrittenSpan);
        return target;
    }

    private static byte[] Checkpoint(TerminalModel model)
    {
        var bytes = new byte[1 << 20];
        return bytes[..TerminalCheckpoint.Write(model, bytes).Bytes];
    }
}
