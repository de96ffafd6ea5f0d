using Holdfast.EndToEnd.Tests.Terminal;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Screen;

/// <summary>What a person sees after attaching, beside what the session shows.</summary>
public sealed class AttachedScreenTests
{
    private const string Detach = "\u001c";
    private const string Drawn = "\u001b[?2026l";

    private const string Colourful =
        "printf '\\033[1;31mred\\033[0m plain\\r\\n\\033[44mblue ground\\033[0m \\344\\270\\226\\347\\225\\214\\r\\n\\033[12;40Hin the midst\\033[4;58:2::1:2:3mcurly\\033[m\\033[5;1H>'; cat";

    private const string FullScreen =
        "for i in 1 2 3 4 5; do echo line $i; done; printf '\\033[?1049h\\033[2J\\033[?1h\\033[?2004h\\033[?1000h\\033[3;3H\\033[7mstatus\\033[m\\033[30;1Hbottom\\033[10;10H'; cat";

    [Theory]
    [InlineData(Colourful)]
    [InlineData(FullScreen)]
    public async Task Attaching_shows_exactly_the_sessions_screen_whatever_was_on_the_terminal(string script)
    {
        await using var daemon = new DaemonProcess();
        await StartAsync(daemon, script);
        await using var user = await UserTerminal.OpenAsync(daemon);
        await user.EnterAsync("ls -la /; seq 50; $HF attach work");
        await user.Screen.UntilAsync(Drawn);
        Assert.Equal(await CaptureAsync(daemon), await user.LookAsync());
    }

    [Fact]
    public async Task Detaching_from_a_program_that_changed_everything_leaves_a_terminal_as_it_was()
    {
        await using var daemon = new DaemonProcess();
        const string Everything = "printf '\\033[?1049h\\033[?1000h\\033[?1006h\\033[?1004h\\033[?2004h\\033[?1h\\033=\\033[>1u\\033[>4;2m\\033[3;10r\\033[4h\\033[?7l\\033[?25l\\033[3 q\\033[41mmark'; cat";
        await StartAsync(daemon, Everything);
        await using var user = await UserTerminal.OpenAsync(daemon);
        var before = await user.ModesAsync();
        await user.EnterAsync("$HF attach work");
        await user.Screen.UntilAsync(Drawn);
        Assert.NotEqual(before, await user.ModesAsync());
        await user.Screen.TypeAsync(Detach);
        await user.Screen.UntilAsync("detached from work");
        await user.PromptAsync();
        Assert.Equal(before, await user.ModesAsync());
    }

    [Fact]
    public async Task An_observer_with_a_smaller_terminal_sees_as_much_as_fits_and_follows()
    {
        await using var daemon = new DaemonProcess();
        (await daemon.CliAsync("new", "work", "-d", "--size", "120x40", "--", "sh", "-c",
            "printf '\\033[1;1Htop left\\033[1;85Hcut here\\033[40;1Hbelow\\033[5;1H'; stty -echo; cat")).Succeeded();
        await AwaitScreenAsync(daemon, "below");
        await using var user = await UserTerminal.OpenAsync(daemon);
        await user.EnterAsync("$HF attach -r work");
        await user.Screen.UntilAsync("top left");
        await user.Screen.UntilAsync(Drawn);
        var seen = (await user.LookAsync()).Split('\n');
        Assert.Contains("top left", seen[0], StringComparison.Ordinal);
        Assert.Contains("cut he", seen[0], StringComparison.Ordinal);
        Assert.DoesNotContain("cut her", seen[0], StringComparison.Ordinal);
        Assert.DoesNotContain(seen, line => line.Contains("below", StringComparison.Ordinal));
        (await daemon.CliAsync("send", "work", "--enter", "more")).Succeeded();
        await user.Screen.UntilAsync("more");
        Assert.Equal("120x40", await SizeAsync(daemon));
        await user.Screen.TypeAsync(Detach);
        await user.Screen.UntilAsync("detached from work");
    }

    internal static async Task StartAsync(DaemonProcess daemon, string script)
    {
        await File.WriteAllTextAsync(Path.Combine(daemon.Directory, "work.sh"), script + "\n");
        (await daemon.CliAsync("new", "work", "-d", "--size", "90x30", "--", "sh", "work.sh")).Succeeded();
        await daemon.ShellAsync("until \"$HF\" history work | grep -q .; do :; done");
    }

    internal static async Task<string> CaptureAsync(DaemonProcess daemon, params string[] more) =>
        (await daemon.CliAsync(["capture", "work", "--ansi", .. more])).Succeeded().Text;

    // Each question is an answered request: nothing here waits by time.
    internal static Task<CliResult> AwaitScreenAsync(DaemonProcess daemon, string text) =>
        daemon.ShellAsync($"until \"$HF\" capture work | grep -q -F '{text}'; do :; done");

    private static async Task<string> SizeAsync(DaemonProcess daemon)
    {
        var info = (await daemon.CliAsync("info", "work", "--json")).Succeeded().Json;
        return $"{info.GetProperty("cols").GetInt32()}x{info.GetProperty("rows").GetInt32()}";
    }
}
