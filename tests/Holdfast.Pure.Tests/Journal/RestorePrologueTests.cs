using System.Text;
using Holdfast.Daemon.Recovery;
using Holdfast.Terminal;

namespace Holdfast.Pure.Tests.Journal;

/// <summary>A restored screen: what was there, the line, and a terminal as a new shell expects it.</summary>
public sealed class RestorePrologueTests
{
    [Theory]
    [InlineData("one\r\ntwo\r\n$ ", "one\ntwo\n$\n── holdfast: again ──\n")]
    [InlineData("", "── holdfast: again ──\n")]
    [InlineData("a\r\nb\r\nc\r\nd\r\ne\r\nf", "a\nb\nc\nd\ne\nf\n── holdfast: again ──\n")]
    [InlineData("$ vi\r\n\x1b[?1049h\x1b[2J\x1b[3;3Hfull screen", "$ vi\n── holdfast: again ──\n")]
    [InlineData("top\r\nbottom\x1b[H", "top\nbottom\n── holdfast: again ──\n")]
    public void The_line_stands_below_the_old_screen(string before, string after)
    {
        var model = ModelOf(before);
        RestorePrologue.Write(model, "again");
        Assert.Equal(after, (TerminalText.Scrollback(model) + TerminalText.Screen(model)).TrimEnd('\n') + "\n");
        Assert.Equal(0, model.Cursor.Column);
    }

    [Theory]
    [InlineData("\x1b[?1049h\x1b[?1003h\x1b[?1006h\x1b[?2004h\x1b[?1004h\x1b[?25l\x1b[>5u\x1b[4h\x1b[2;4r\x1b[?6h\x1b[?1h\x1b=\x1b[31;1mx")]
    [InlineData("\x1b[>1u\x1b[>4;2m\x1b[?7l\x1b[?2026h\x1b[?2048h\x1b[?69h\x1b[5 q\x1b(0\x0e\x1b]10;red\x07")]
    [InlineData("in the midst of \x1b]0;a title")]
    [InlineData("in the midst of \x1b[12;3")]
    [InlineData("in the midst of \x1bP+q54")]
    public void What_the_lost_program_left_on_is_reset(string before)
    {
        var model = ModelOf(before);
        RestorePrologue.Write(model, "again");
        var fresh = new TerminalModel(new TerminalSize(40, 4));
        Assert.False(model.AlternateScreenActive);
        Assert.Equal(fresh.Modes, model.Modes);
        Assert.Equal((fresh.Cursor.Visible, fresh.Cursor.Shape), (model.Cursor.Visible, model.Cursor.Shape));
        var row = model.Cursor.Row;
        model.Feed("plain"u8);
        Assert.Equal(new CellStyle(), model.GetRow(row)[0].Style);
        Assert.Equal("p", model.GetRow(row)[0].Text);
    }

    [Fact]
    public void Whoever_reads_the_bytes_sees_what_the_model_shows()
    {
        var checkpoint = new byte[64 * 1024];
        var model = ModelOf("$ top\r\n\x1b[?1049h\x1b[?1000hcpu\x1b[");
        var length = TerminalCheckpoint.Write(model, checkpoint).Bytes;
        var other = TerminalCheckpoint.Read(checkpoint.AsSpan(0, length));
        other.Feed(RestorePrologue.Write(model, "again"));
        Assert.True(other.StateEquals(model));
    }

    [Theory]
    [InlineData(0UL, 0x1_0000_0000UL)]
    [InlineData(5UL, 0x1_0000_0000UL)]
    [InlineData(0x7FFF_FFFFUL, 0x1_0000_0000UL)]
    [InlineData(0x8000_0000UL, 0x2_0000_0000UL)]
    [InlineData(0x1_0000_0123UL, 0x2_0000_0000UL)]
    public void Offsets_go_on_far_beyond_all_that_were_given_out(ulong persisted, ulong next)
    {
        Assert.Equal(next, JournalledSessions.NextEra(persisted));
        Assert.True(next - persisted >= 0x8000_0000UL);
    }

    private static TerminalModel ModelOf(string output)
    {
        var model = new TerminalModel(new TerminalSize(40, 4));
        model.Feed(Encoding.UTF8.GetBytes(output));
        return model;
    }
}
