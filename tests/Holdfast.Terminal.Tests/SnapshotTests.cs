using System.Buffers;
using System.Text;

namespace Holdfast.Terminal.Tests;

/// <summary>Single promises of the snapshot, beside the properties that hold for any stream.</summary>
public sealed class SnapshotTests
{
    [Theory]
    // An erased cell under a pending wrap, plain, in colour, and with what DECCARA can give it.
    [InlineData("abcdefghij\e7\e[4G\e[K\e8", 10, 4)]
    [InlineData("abcdefghij\e7\e[4G\e[44m\e[K\e8", 10, 4)]
    [InlineData("\e[2;3r\e[?6habcdefghij\e7\r\e[2K\e8", 10, 4)]
    [InlineData("abcdefghij\e[1;10;1;10$z\e[1;10;1;10;1;7$r", 10, 4)]
    // A row of erased cells alone: one in a link where DECCARA cannot make it, first, in the midst and last.
    [InlineData("\e]8;;u\a\e[7m字\e[2G \e]8;;\a\e[m\e[2G\e[X\e[1;2;1;10;7$r", 10, 4)]
    [InlineData("\e]8;;u\a\e[7m\e[4G字\e[5G \e]8;;\a\e[m\e[5G\e[X\e[1;1;1;3;7$r\e[1;5;1;10;7$r", 10, 4)]
    [InlineData("\e]8;;u\a\e[7m\e[9G字\e[9G \e]8;;\a\e[m\e[9G\e[X\e[1;1;1;9;7$r", 10, 4)]
    [InlineData("\e]8;;u\a\e[7m字\e[2G \e[2G字\e[3G \e]8;;\a\e[m\e[3G\e[X\e[1;3;1;10;7$r\r\nnext", 10, 4)]
    // A seam that was erased on a screen of a single row.
    [InlineData("abcdefghijk\e[2G\e[1Jl", 10, 1)]
    [InlineData("abcdefghijklmnopqrst\e[1;10;1;10$zuv", 10, 1)]
    [InlineData("\e[?47habcdefghijklm", 10, 1)]
    // Few columns.
    [InlineData("a字b字", 2, 3)]
    [InlineData("abc\r\nd", 1, 3)]
    // Clusters that a variation selector made narrow or wide (mode 2027), also in the last column.
    [InlineData("\e[?2027ha👍\ufe0eb❤\ufe0fc", 10, 3)]
    [InlineData("\e[?2027habcdefgh👍\ufe0ei", 10, 3)]
    [InlineData("\e[?2027habcdefghi👍\ufe0ej", 10, 3)]
    [InlineData("\e[?2027habcdefgh👍\ufe0e", 10, 3)]
    // A cluster in the last column without autowrap, where the cursor was saved.
    [InlineData("\e[?2027h\e[?7l\e[10Ga\e[s🇩🇪", 10, 3)]
    // Insert mode with the cursor beyond the margins, where DCH does nothing.
    [InlineData("gh\e[?69h\e[3;6s\e[4h\e[1;4HXhij\e[1;8HZ", 14, 2)]
    [InlineData("abcdefgh\e[?69h\e[4;6s\e[4h\e[1;2HZ", 14, 2)]
    public void It_redraws_what_is_hard_to_say(string output, int columns, int rows)
    {
        var model = Screens.Fed(output, columns, rows);
        var drawn = new TerminalModel(model.Size);
        drawn.Feed(Snapshot(model));
        Assert.True(model.StateEquals(drawn), Encoding.UTF8.GetString(Snapshot(model)).Replace('\e', '␛'));
    }

    [Theory]
    // A flag that found no room for its second column, and has it now.
    [InlineData("\e[?2027h\e[?7l\e[10G🇩🇪", 10, 20)]
    [InlineData("\e[?2027h\e[?7l\e[41mab\e[4C\e[10G\e[4;32m🇩🇪", 10, 12)]
    [InlineData("\e[?2027h\e[?7l\e[10G❤\ufe0f\r\e[?7hab\r\n\e[?7l\e[10G🇩🇪", 10, 11)]
    public void It_redraws_what_was_cramped_before_a_resize(string output, int columns, int after)
    {
        var model = Screens.Fed(output, columns, 3);
        model.Resize(new TerminalSize(after, 3));
        model.Feed("\r\n\e[mxy"u8);
        var drawn = new TerminalModel(model.Size);
        drawn.Feed(Snapshot(model));
        Assert.True(model.StateEquals(drawn), Encoding.UTF8.GetString(Snapshot(model)).Replace('\e', '␛'));
    }

    [Fact]
    public void A_cluster_on_a_single_column_wraps_as_it_did()
    {
        var model = Screens.Fed("\e[?2027hxy\e[?7l🇩🇪", 1, 2);
        var drawn = new TerminalModel(model.Size);
        drawn.Feed(Snapshot(model));
        Assert.Equal(model.Lines(), drawn.Lines());
    }

    [Fact]
    public void It_says_nothing_about_colours_where_the_session_said_nothing()
    {
        var snapshot = Text(Screens.Fed("hello \e[31mred\e[38;5;99m\e]0;title\a"));
        Assert.DoesNotContain("\e]4;", snapshot, StringComparison.Ordinal);
        Assert.DoesNotContain("\e]10", snapshot, StringComparison.Ordinal);
        Assert.DoesNotContain("\e]11", snapshot, StringComparison.Ordinal);
    }

    [Fact]
    public void It_resets_colours_that_the_session_changed_and_changed_back()
    {
        var model = Screens.Fed("\e]4;3;#123456\a\e]104\a\e]11;#000000\a\e]111\a\e]12;#abcdef\a");
        var snapshot = Text(model);
        Assert.Contains("\e]104\e\\", snapshot, StringComparison.Ordinal);
        Assert.Contains("\e]111\e\\", snapshot, StringComparison.Ordinal);
        Assert.Contains("\e]12;#abcdef\e\\", snapshot, StringComparison.Ordinal);
        Assert.DoesNotContain("\e]110", snapshot, StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_knows_which_colours_were_changed_back()
    {
        var bytes = new byte[4096];
        var model = Screens.Fed("\e]11;#000000\a\e]111\a");
        var read = TerminalCheckpoint.Read(bytes.AsSpan(0, TerminalCheckpoint.Write(model, bytes).Bytes));
        Assert.Contains("\e]111\e\\", Text(read), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\e[1;31ma\e[22mb", "\e[1;31ma\e[22mb\e[m")]
    [InlineData("\e[1;3;4;31ma\e[0;31mb", "\e[1;3;4;31ma\e[0;31mb\e[m")]
    [InlineData("\e[1ma\e[0;2mb", "\e[1ma\e[0;2mb\e[m")]
    [InlineData("\e[38;5;9ma\e[38;5;200mb", "\e[91ma\e[38;5;200mb\e[m")]
    [InlineData("\e[4:3;58:2::1:2:3ma", "\e[4:3;58:2::1:2:3ma\e[m")]
    public void Styled_text_changes_style_by_the_shortest_sequence(string output, string styled) =>
        Assert.Equal(styled, TerminalText.Screen(Screens.Fed(output, 10, 1), styled: true).TrimEnd('\n'));

    [Fact]
    public void Lines_of_every_kind_come_back_from_the_scrollback()
    {
        var line = "plain\r\n\e[1;32mgreen\e[m and\tnot\r\n日本語 e\u0301 größer 👍\r\n\e[44m\e[Kblue to the end\e[m\r\n\e]8;;http://x/\alink\e]8;;\a\r\n"
            + new string('w', 25) + "\r\n\e[7m" + new string('字', 12) + "\e[m\r\n\r\n\e[5Gindented\r\n\e[?2027h👨‍👩‍👧x\e[?2027l\r\n";
        var model = Screens.Fed(string.Concat(Enumerable.Repeat(line, 20)), 21, 5);
        var drawn = new TerminalModel(model.Size);
        drawn.Feed(Snapshot(model));
        Assert.True(model.ScrollbackCount > 150);
        Assert.True(model.StateEquals(drawn));
    }

    private static string Text(TerminalModel model) => Encoding.UTF8.GetString(Snapshot(model));

    private static byte[] Snapshot(TerminalModel model)
    {
        var snapshot = new ArrayBufferWriter<byte>();
        TerminalSnapshot.Write(model, snapshot, new SnapshotOptions { ScrollbackLines = int.MaxValue });
        return snapshot.WrittenSpan.ToArray();
    }
}
