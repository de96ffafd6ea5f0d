using Holdfast.EndToEnd.Tests.Terminal;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Screen;

/// <summary>The screen is right again after a client stood still, and after somebody else took the session over.</summary>
public sealed class RepaintTests
{
    private const int StopSignal = 19;
    private const int ContinueSignal = 18;
    private const string Final = "printf '\\033[2J\\033[1;31m\\033[4;20Hthe right screen\\033[m\\033[44m\\033[23;70Hcorner\\033[m\\033[12;5H\\033[?2004h'";

    [Theory]
    [InlineData("")]
    [InlineData("-r")]
    public async Task A_terminal_whose_client_stood_still_while_more_flowed_than_is_kept_shows_the_right_screen(string option)
    {
        await using var daemon = new DaemonProcess();
        await using var client = await daemon.ConnectAsync();
        var request = daemon.Shell("work", $"stty -echo; mkfifo gate; echo begun; read go < gate; seq 1 2000000; {Final}; exec cat");
        request.RingBytes = 1 << 18;
        request.Size = new Protocol.V1.TerminalSize { Cols = 80, Rows = 24 };
        await client.CreateAsync(request);
        using var terminal = new UnreadTerminal(daemon, ["attach", "work", .. option.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        terminal.ReadUntil("begun");
        OwnedProcesses.Signal(terminal.Pid, StopSignal);
        (await daemon.ShellAsync("echo go > gate")).Succeeded();
        await AttachedScreenTests.AwaitScreenAsync(daemon, "corner");
        OwnedProcesses.Signal(terminal.Pid, ContinueSignal);
        var expected = (await daemon.CliAsync("capture", "work", "--ansi")).Succeeded().Text;

        terminal.ReadUntilScreen(s => s == expected);

        var facts = Assert.Single((await client.InspectAsync("work")).Attached);
        Assert.True(facts.Gaps >= 1);
    }

    [Fact]
    public async Task A_former_owner_sees_what_fits_of_a_session_that_a_terminal_of_another_size_took_over()
    {
        await using var daemon = new DaemonProcess();
        await using var client = await daemon.ConnectAsync();
        await client.CreateAsync(daemon.Shell("work", "stty -echo; trap 'printf \"\\033[2J\\033[1;1H$(stty size)\\033[24;60Hlower right\"' WINCH; echo begun; while :; do read line && break; done"));
        using var former = new UnreadTerminal(daemon, "attach", "work");
        former.ReadUntil("begun");
        await using var user = await UserTerminal.OpenAsync(daemon);
        await user.EnterAsync("$HF attach work --takeover");
        await user.Screen.UntilAsync("30 90");

        former.ReadUntilScreen(s => s.StartsWith("30 90", StringComparison.Ordinal) && s.Contains("lower right", StringComparison.Ordinal));
        Assert.Equal(90u, (await client.InspectAsync("work")).Size.Cols);
    }
}
