using Holdfast.Cli;
using Holdfast.Cli.Commands;
using Holdfast.Cli.Input;
using Holdfast.Cli.Output;
using Holdfast.Cli.Sessions;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Pure.Tests.Cli;

/// <summary>What people and scripts type, and what is read out of it.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("C-q", 0x11)]
    [InlineData("^Q", 0x11)]
    [InlineData("C-\\", 0x1c)]
    [InlineData("c-a", 0x01)]
    public void A_detach_key_is_a_control_key(string text, int expected)
    {
        Assert.True(DetachKey.TryParse(text, out var key));
        Assert.Equal(expected, key.Byte);
    }

    [Theory]
    [InlineData("q")]
    [InlineData("C-")]
    [InlineData("C-qq")]
    [InlineData("C-1")]
    [InlineData("M-x")]
    public void What_is_no_control_key_is_refused(string text) =>
        Assert.Equal(ErrorCode.Usage, Assert.Throws<HoldfastException>(() => DetachKey.From(text)).Code);

    [Fact]
    public void Without_a_choice_control_backslash_detaches() => Assert.Equal(0x1c, DetachKey.Default.Byte);

    [Theory]
    [InlineData("wrok", "work")]
    [InlineData("buidl", "build")]
    [InlineData("WORK", "work")]
    [InlineData("agent-11", "agent-1")]
    [InlineData("zzz", null)]
    public void The_nearest_name_is_a_slip_away_or_none(string meant, string? expected) =>
        Assert.Equal(expected, NearestName.Of(meant, ["work", "build", "agent-1"]));

    [Fact]
    public void An_unknown_session_suggests_the_nearest() =>
        Assert.Contains("Did you mean work?", DaemonAccess.Gone("wrok", [new SessionInfo { Name = "work" }]).Hint, StringComparison.Ordinal);

    [Theory]
    [InlineData("lss")]
    [InlineData]
    [InlineData("ls", "--colour")]
    [InlineData("info")]
    [InlineData("kill")]
    [InlineData("wait", "work")]
    [InlineData("send", "work")]
    [InlineData("run", "name")]
    [InlineData("new", "-d", "--")]
    [InlineData("new", "no/such", "-d")]
    [InlineData("new", "-d", "--overflow", "drop")]
    [InlineData("new", "-d", "--size", "0x0")]
    [InlineData("tail", "work", "--from", "screen")]
    [InlineData("signal", "work", "NOPE")]
    [InlineData("kill", "work", "--all")]
    [InlineData("completions", "tcsh")]
    public void A_command_line_that_is_not_valid_exits_with_64(params string[] args) => Assert.Equal(64, new CommandLine(args).Run());

    [Fact]
    public void Every_verb_teaches_by_an_example()
    {
        foreach (var verb in CommandLine.Build(program: null).Subcommands)
            Assert.Contains($"  holdfast {verb.Name}", verb.Description, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("start", AttachRequest.FromOneofCase.Start)]
    [InlineData("now", AttachRequest.FromOneofCase.Now)]
    [InlineData("18446744073709551615", AttachRequest.FromOneofCase.Offset)]
    public void From_is_start_now_or_an_offset(string text, AttachRequest.FromOneofCase expected) =>
        Assert.Equal(expected, StartOffset.Request("work", text).FromCase);

    [Fact]
    public void Submitted_text_is_a_bracketed_paste()
    {
        Assert.Equal("\e[200~a b\e[201~"u8.ToArray(), new SendCommand.Input(["a", "b"], Enter: false, Submit: true, Stdin: false, Takeover: false).Bytes());
        Assert.Equal("a b"u8.ToArray(), new SendCommand.Input(["a", "b"], Enter: true, Submit: false, Stdin: false, Takeover: false).Bytes());
    }

    [Fact]
    public void A_signal_becomes_128_and_its_number()
    {
        Assert.Equal(3, ExitText.CodeOf("work", new ExitStatus { Code = 3 }));
        Assert.Equal(137, ExitText.CodeOf("work", new ExitStatus { Signal = 9 }));
        Assert.Equal(ErrorCode.ExitStatusLost, Assert.Throws<HoldfastException>(() => ExitText.CodeOf("work", new ExitStatus { Lost = true })).Code);
    }

    [Fact]
    public void The_callers_environment_and_directory_go_with_a_new_session()
    {
        var request = SessionCreation.Request("work", ["true"], null, ["A=b=c", "PATH=/x"]);
        Assert.Equal(Environment.CurrentDirectory, request.Cwd);
        Assert.Equal("b=c", request.Environment["A"]);
        Assert.Equal("/x", request.Environment["PATH"]);
        Assert.Equal(ErrorCode.NameReserved, Assert.Throws<HoldfastException>(() => SessionCreation.Request("root", null, null, [])).Code);
    }

    [Fact]
    public void Columns_line_up_and_control_characters_stay_out()
    {
        var session = new SessionInfo { Name = "a-long-name", State = SessionState.Running, Pid = 5, Size = new TerminalSize { Cols = 80, Rows = 24 } };
        session.Command.Add("sh\e[2J");
        var text = ListCommand.Table([session], DateTimeOffset.UnixEpoch.AddHours(3)).ToText(coloured: false);
        var lines = text.Split('\n');
        Assert.Equal("NAME         STATE    PID  SIZE   CREATED  CLIENTS  OWNER  COMMAND", lines[0]);
        Assert.Equal("a-long-name  running  5    80x24  3h       0        -      sh?[2J", lines[1]);
    }

    [Fact]
    public void The_alternate_screen_is_left_if_it_was_entered()
    {
        var mode = new ScreenMode();
        mode.See("\e[?1049h text"u8);
        Assert.StartsWith("\e[?1049l", System.Text.Encoding.ASCII.GetString(mode.LeaveSequence), StringComparison.Ordinal);
        mode.See("\e[?1049h\e[?1049l"u8);
        Assert.StartsWith("\e[0m", System.Text.Encoding.ASCII.GetString(mode.LeaveSequence), StringComparison.Ordinal);
    }
}
