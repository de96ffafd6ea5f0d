using System.Globalization;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Contract;

/// <summary>What a session's program finds when it starts.</summary>
public sealed class ChildTests
{
    [Fact]
    public async Task The_program_has_three_descriptors_and_the_session_as_its_controlling_terminal()
    {
        await using var daemon = new DaemonProcess();
        var run = (await daemon.CliAsync("run", "--", "sh", "-c", "ls -l /proc/$$/fd; tty; echo hello > /dev/tty; ps -o pid=,sid=,pgid=,tpgid= -p $$")).Succeeded();
        var lines = run.Text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var terminal = lines.Single(l => l.StartsWith("/dev/pts/", StringComparison.Ordinal));
        Assert.Equal([$"0 -> {terminal}", $"1 -> {terminal}", $"2 -> {terminal}"], lines.Where(l => l.Contains("->", StringComparison.Ordinal)).Select(l => string.Join(' ', l.Split(' ')[^3..])));
        Assert.Contains("hello", lines);
        var ids = lines[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(n => int.Parse(n, CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal((ids[0], ids[0]), (ids[1], ids[2]));
    }

    [Fact]
    public async Task The_program_knows_its_session_terminal_directory_and_environment()
    {
        await using var daemon = new DaemonProcess();
        var cwd = Directory.CreateDirectory(Path.Combine(daemon.Directory, "place")).FullName;
        (await daemon.CliAsync("new", "told", "-d", "--cwd", cwd, "--env", "COLOUR=blue", "--env", "EMPTY=", "--", "sh", "-c", "pwd; env")).Succeeded();
        await daemon.CliAsync("wait", "told", "--exit");
        var lines = (await daemon.CliAsync("history", "told")).Succeeded().Text.Split("\r\n");
        Assert.Equal(cwd, lines[0]);
        Assert.Contains("HOLDFAST_SESSION=told", lines);
        Assert.Contains($"HOLDFAST_SOCKET={daemon.Paths.Socket}", lines);
        Assert.Contains("COLOUR=blue", lines);
        Assert.Contains("EMPTY=", lines);
        Assert.Contains("TERM=xterm-256color", lines);
        Assert.Contains(lines, l => l.StartsWith("HOLDFAST_SESSION_ID=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Signals_have_their_default_action_in_the_program()
    {
        await using var daemon = new DaemonProcess();
        var run = (await daemon.CliAsync("run", "--", "cat", "/proc/self/status")).Succeeded();
        Assert.Contains("SigBlk:\t0000000000000000", run.Text, StringComparison.Ordinal);
        var ignored = run.Text.Split("\r\n").Single(l => l.StartsWith("SigIgn:", StringComparison.Ordinal)).Split('\t')[1];
        // 32 and 33 belong to the C library.
        Assert.Equal(0UL, ulong.Parse(ignored, NumberStyles.HexNumber, CultureInfo.InvariantCulture) & ~(3UL << 31));
    }

    [Fact]
    public async Task A_session_cannot_be_attached_inside_itself()
    {
        await using var daemon = new DaemonProcess();
        var run = await daemon.CliAsync("run", "inner", "--", ProductBinaries.Cli, "attach", "inner");
        Assert.Equal(64, run.ExitCode);
        Assert.Contains("(NESTED_SESSION)", run.Text, StringComparison.Ordinal);
    }
}
