using System.Text;
using Holdfast.Client;
using Holdfast.Protocol.V1;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Contract;

/// <summary>Output is read from where one asks, to its end, and what was lost is told.</summary>
public sealed class ReadingTests
{
    private const int StopSignal = 19;
    private const int ContinueSignal = 18;

    // Many times a 64 KiB ring and what socket, pipe and client may hold in addition.
    private const int FloodLines = 2_000_000;

    [Fact]
    public async Task History_prints_exactly_the_range_that_was_asked_for()
    {
        await using var daemon = new DaemonProcess();
        (await daemon.CliAsync("new", "a", "-d", "--", "printf", "0123456789")).Succeeded();
        (await daemon.CliAsync("wait", "a", "--exit")).Succeeded();
        Assert.Equal("0123456789", (await daemon.CliAsync("history", "a")).Succeeded().Text);
        Assert.Equal("3456", (await daemon.CliAsync("history", "a", "--from", "3", "--to", "7")).Succeeded().Text);
        Assert.Equal("789", (await daemon.CliAsync("history", "a", "--from", "7")).Succeeded().Text);
        Assert.Equal("01", (await daemon.CliAsync("history", "a", "--to", "2")).Succeeded().Text);
        Assert.Equal("", (await daemon.CliAsync("history", "a", "--from", "10")).Succeeded().Text);
        Assert.Equal("56789", (await daemon.CliAsync("tail", "a", "--from", "5")).Succeeded().Text);
    }

    [Fact]
    public async Task Tail_from_now_prints_only_what_comes_and_ends_with_the_session()
    {
        await using var daemon = new DaemonProcess();
        await using var client = await daemon.ConnectAsync();
        await client.CreateAsync(daemon.Shell("a", "stty -echo; echo old; read x; echo new; read y"));
        await using (var seen = await Transcript.OfAsync(client, "a"))
            await seen.UntilAsync("old\r\n");
        await using var tail = daemon.StartCli("tail", "a", "--from", "now");
        // It has attached once the session counts it.
        while ((await client.InspectAsync("a")).Clients < 1)
            await client.StatusAsync();
        (await daemon.CliAsync("send", "a", "go", "--enter")).Succeeded();
        (await daemon.CliAsync("send", "a", "end", "--enter")).Succeeded();
        Assert.Equal("new\r\n", (await tail.EndAsync()).Succeeded().Text);
    }

    [Fact]
    public async Task A_reader_that_stood_still_is_told_of_the_gap_and_ends_with_75()
    {
        await using var daemon = new DaemonProcess();
        var (tail, client) = await StoppedTailAsync(daemon, "gap");
        await using var reader = tail;
        await using var own = client;
        await client.WaitForExitAsync("flood");
        OwnedProcesses.Signal(tail.Pid, ContinueSignal);
        var end = await tail.EndAsync();
        Assert.Equal(75, end.ExitCode);
        Assert.Contains("overwritten", end.Error, StringComparison.Ordinal);
        Assert.EndsWith($"{FloodLines}\r\n", end.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_overflow_pause_a_reader_that_stood_still_loses_nothing()
    {
        await using var daemon = new DaemonProcess();
        var (tail, client) = await StoppedTailAsync(daemon, "pause");
        await using var reader = tail;
        await using var own = client;
        // The program stands still when its output does: two looks with other requests between them see the same head.
        for (ulong before = 1, head = 0; before != head;)
        {
            before = head;
            for (var i = 0; i < 200; i++)
                await client.StatusAsync();
            head = (await client.InspectAsync("flood")).Head;
        }
        Assert.Equal(SessionState.Running, (await client.InspectAsync("flood")).State);
        OwnedProcesses.Signal(tail.Pid, ContinueSignal);
        var end = (await tail.EndAsync()).Succeeded();
        var expected = new StringBuilder("ready\r\n");
        for (var i = 1; i <= FloodLines; i++)
            expected.Append(i).Append("\r\n");
        Assert.True(end.Text == expected.ToString(), $"{end.Output.Length} bytes arrived, {expected.Length} were written, or they differ");
    }

    [Fact]
    public async Task Control_c_reaches_a_program_that_floods_its_output()
    {
        await using var daemon = new DaemonProcess();
        (await daemon.CliAsync("new", "flood", "-d", "--", "yes", "flooding the terminal with output")).Succeeded();
        (await daemon.CliAsync("send", "flood", "\u0003")).Succeeded();
        Assert.Equal(128 + 2, (await daemon.CliAsync("wait", "flood", "--exit", "--timeout", "30")).ExitCode);
    }

    [Fact]
    public async Task A_reader_that_goes_away_ends_the_command_without_a_word()
    {
        await using var daemon = new DaemonProcess();
        (await daemon.CliAsync("new", "flood", "-d", "--", "yes")).Succeeded();
        var first = await daemon.ShellAsync("\"$HF\" tail flood | head -n 1; echo \"${PIPESTATUS[0]}\"");
        Assert.StartsWith("y", first.Succeeded().Text, StringComparison.Ordinal);
        Assert.Empty(first.Error);
    }

    // A flood into a small ring; its reader was stopped after the first line and before the second.
    private static async Task<(RunningCli Tail, HoldfastClient Client)> StoppedTailAsync(DaemonProcess daemon, string overflow)
    {
        (await daemon.CliAsync("new", "flood", "-d", "--ring", "64K", "--overflow", overflow, "--", "sh", "-c", $"stty -echo; echo ready; read go; seq {FloodLines}")).Succeeded();
        var tail = daemon.StartCli("tail", "flood");
        // Only part of the first line: the rest is checked with all that follows.
        var client = await daemon.ConnectOnlyAsync();
        while ((await client.InspectAsync("flood")) is { Clients: < 1 } or { Head: < 7 })
            await client.StatusAsync();
        OwnedProcesses.Signal(tail.Pid, StopSignal);
        (await daemon.CliAsync("send", "flood", "go", "--enter")).Succeeded();
        return (tail, client);
    }
}
