using System.Text;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Screen;

/// <summary>`capture` and `vt`: the screen for scripts.</summary>
public sealed class CaptureTests
{
    [Fact]
    public async Task Capture_prints_the_screen_and_as_much_scrollback_as_was_asked()
    {
        await using var daemon = new DaemonProcess();
        await AttachedScreenTests.StartAsync(daemon, "seq 100; printf '\\033[1mbold\\033[0m'; cat");
        await AttachedScreenTests.AwaitScreenAsync(daemon, "bold");
        var plain = (await daemon.CliAsync("capture", "work")).Succeeded().Text;
        Assert.Equal([.. Enumerable.Range(72, 29).Select(i => $"{i}"), "bold"], plain.TrimEnd('\n').Split('\n'));
        var some = (await daemon.CliAsync("capture", "work", "--scrollback", "2")).Succeeded().Text;
        Assert.StartsWith("70\n71\n72\n", some, StringComparison.Ordinal);
        var all = (await daemon.CliAsync("capture", "work", "--scrollback", "all")).Succeeded().Text;
        Assert.StartsWith("1\n2\n3\n", all, StringComparison.Ordinal);
        Assert.Contains("\u001b[1mbold\u001b[", (await daemon.CliAsync("capture", "work", "--ansi")).Succeeded().Text, StringComparison.Ordinal);
        var json = (await daemon.CliAsync("capture", "work", "--json")).Succeeded().Json;
        Assert.Equal((4, 29), (json.GetProperty("cursor_column").GetInt32(), json.GetProperty("cursor_row").GetInt32()));
        Assert.Equal((71, plain), (json.GetProperty("scrollback_lines").GetInt32(), json.GetProperty("text").GetString()));
        Assert.Equal(64, (await daemon.CliAsync("capture", "work", "--scrollback", "some")).ExitCode);
        Assert.Equal(66, (await daemon.CliAsync("capture", "nobody")).ExitCode);
    }

    [Fact]
    public async Task The_screen_of_an_ended_program_stays_readable_also_after_a_daemon_kill()
    {
        await using var daemon = new DaemonProcess();
        await AttachedScreenTests.StartAsync(daemon, "echo last words");
        await daemon.CliAsync("wait", "work", "--exit");
        Assert.StartsWith("last words\n", (await daemon.CliAsync("capture", "work")).Succeeded().Text, StringComparison.Ordinal);
        await daemon.KillDaemonAsync();
        Assert.StartsWith("last words\n", (await daemon.CliAsync("capture", "work")).Succeeded().Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Title_and_directory_told_by_the_program_are_listed()
    {
        await using var daemon = new DaemonProcess();
        await AttachedScreenTests.StartAsync(daemon, "printf '\\033]2;my title\\007\\033]7;file://host/tmp/a%%20b\\007ready'; cat");
        await AttachedScreenTests.AwaitScreenAsync(daemon, "ready");
        var info = (await daemon.CliAsync("info", "work", "--json")).Succeeded().Json;
        Assert.Equal(("my title", "/tmp/a b"), (info.GetProperty("title").GetString(), info.GetProperty("cwd").GetString()));
    }

    [Fact]
    public async Task Vt_dump_prints_the_screen_and_vt_snapshot_what_draws_it_again()
    {
        await using var daemon = new DaemonProcess();
        var input = Encoding.UTF8.GetBytes("first\r\n\u001b[31msecond\u001b[5;10Hfar\u001b[?25l\u001b]0;t\u0007 世界\u001b[2;3H");
        var dump = (await daemon.CliAsync(input, "vt", "dump", "--cols", "40", "--rows", "6")).Succeeded();
        Assert.Equal("first\nsecond\n\n\n         far 世界\n\n", dump.Text);
        var redraw = (await daemon.CliAsync(input, "vt", "snapshot", "--cols", "40", "--rows", "6")).Succeeded();
        Assert.Equal(dump.Text, (await daemon.CliAsync(redraw.Output, "vt", "dump", "--cols", "40", "--rows", "6")).Succeeded().Text);
        Assert.Equal(redraw.Output, (await daemon.CliAsync(redraw.Output, "vt", "snapshot", "--cols", "40", "--rows", "6")).Succeeded().Output);
        Assert.Equal(64, (await daemon.CliAsync("vt", "dump", "--cols", "0")).ExitCode);
    }
}
