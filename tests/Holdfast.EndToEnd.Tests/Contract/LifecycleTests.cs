using System.Globalization;
using System.Text.Json;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Contract;

/// <summary>The commands that make, show, change and end sessions keep their contract.</summary>
public sealed class LifecycleTests
{
    private static readonly string[] ListKeys =
    [
        "name", "id", "state", "pid", "command", "cwd", "cols", "rows", "created_at", "exited_at", "exit_code", "exit_signal", "owner",
        "clients", "observers", "head", "retained_from", "title", "recovered", "failure",
    ];

    [Fact]
    public async Task Ls_and_info_and_status_have_the_keys_of_the_contract()
    {
        await using var daemon = new DaemonProcess();
        (await daemon.CliAsync("new", "work", "-d", "--size", "100x30", "--", "cat")).Succeeded();
        var row = Assert.Single((await daemon.CliAsync("ls", "--json")).Succeeded().Json.EnumerateArray());
        Assert.Equal(ListKeys, row.EnumerateObject().Select(p => p.Name));
        Assert.Equal(("work", "running", 100, 30), (Text(row, "name"), Text(row, "state"), row.GetProperty("cols").GetInt32(), row.GetProperty("rows").GetInt32()));
        Assert.Equal(["cat"], row.GetProperty("command").EnumerateArray().Select(c => c.GetString()));
        Assert.Equal(JsonValueKind.Null, row.GetProperty("exit_code").ValueKind);
        Assert.True(OwnedProcesses.IsAlive(row.GetProperty("pid").GetInt32()));
        var info = (await daemon.CliAsync("info", "work", "--json")).Succeeded().Json;
        Assert.All(ListKeys, k => Assert.True(info.TryGetProperty(k, out _), k));
        var byId = (await daemon.CliAsync("info", Text(row, "id"), "--json")).Succeeded().Json;
        Assert.Equal("work", Text(byId, "name"));
        var status = await daemon.StatusAsync();
        string[] statusKeys = ["daemon_pid", "keeper_pid", "version", "build", "uptime_s", "sessions", "clients", "socket", "restarts"];
        Assert.All(statusKeys, k => Assert.True(status.TryGetProperty(k, out _), k));
        Assert.Equal(1, status.GetProperty("sessions").GetInt32());
        Assert.Equal(daemon.Paths.Socket, Text(status, "socket"));
    }

    [Fact]
    public async Task The_table_of_ls_is_plain_text_where_no_terminal_reads_it()
    {
        await using var daemon = new DaemonProcess();
        (await daemon.CliAsync("new", "work", "-d", "--", "printf", "a\u001b[31m")).Succeeded();
        var lines = (await daemon.CliAsync("ls")).Succeeded().Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("NAME  STATE", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("work  ", lines[1], StringComparison.Ordinal);
        Assert.DoesNotContain(lines, l => l.Contains('\u001b', StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 7", 7)]
    [InlineData("exit 255", 255)]
    [InlineData("kill -TERM $$", 128 + 15)]
    [InlineData("kill -KILL $$", 128 + 9)]
    public async Task Run_and_wait_return_the_programs_own_exit_code(string script, int expected)
    {
        await using var daemon = new DaemonProcess();
        var run = await daemon.CliAsync("run", "--", "sh", "-c", "echo ran; " + script);
        Assert.Equal((expected, "ran\r\n"), (run.ExitCode, run.Text));
        (await daemon.CliAsync("new", "a", "-d", "--", "sh", "-c", script)).Succeeded();
        Assert.Equal(expected, (await daemon.CliAsync("wait", "a", "--exit")).ExitCode);
    }

    [Fact]
    public async Task Run_that_takes_too_long_is_killed_and_returns_124()
    {
        await using var daemon = new DaemonProcess();
        var run = await daemon.CliAsync("run", "slow", "--timeout", "0.2", "--json", "--", "cat");
        Assert.Equal(124, run.ExitCode);
        var left = (await daemon.CliAsync("ls", "--json")).Succeeded().Json;
        Assert.DoesNotContain(left.EnumerateArray(), s => Text(s, "state") == "running");
    }

    [Fact]
    public async Task A_program_that_ignores_every_polite_signal_is_killed_with_all_its_children()
    {
        await using var daemon = new DaemonProcess();
        await using var client = await daemon.ConnectAsync();
        await client.CreateAsync(daemon.Shell("stubborn", "trap '' HUP TERM INT QUIT; cat & echo child $!; while :; do wait; done"));
        await using var seen = await Transcript.OfAsync(client, "stubborn");
        await seen.UntilAsync("\r\n");
        var child = int.Parse(seen.Text.Split(' ')[1], CultureInfo.InvariantCulture);
        (await daemon.CliAsync("kill", "stubborn", "--timeout", "0.3")).Succeeded();
        var info = (await daemon.CliAsync("info", "stubborn", "--json")).Succeeded().Json;
        Assert.Equal(("exited", 9), (Text(info, "state"), info.GetProperty("exit_signal").GetInt32()));
        await OwnedProcesses.EndOfAsync(child);
    }

    [Fact]
    public async Task A_resize_is_seen_by_the_program()
    {
        await using var daemon = new DaemonProcess();
        await using var client = await daemon.ConnectAsync();
        await client.CreateAsync(daemon.Shell("sized", "trap 'stty size' WINCH; stty size; while :; do read line && break; done"));
        await using var seen = await Transcript.OfAsync(client, "sized");
        await seen.UntilAsync("24 80");
        (await daemon.CliAsync("resize", "sized", "132x50")).Succeeded();
        await seen.UntilAsync("50 132");
    }

    [Fact]
    public async Task A_renamed_session_answers_to_its_new_name_alone()
    {
        await using var daemon = new DaemonProcess();
        (await daemon.CliAsync("new", "before", "-d", "--", "cat")).Succeeded();
        (await daemon.CliAsync("rename", "before", "after")).Succeeded();
        (await daemon.CliAsync("info", "after")).Succeeded();
        Assert.Equal(66, (await daemon.CliAsync("info", "before")).ExitCode);
        (await daemon.CliAsync("new", "before", "-d", "--", "cat")).Succeeded();
    }

    [Fact]
    public async Task A_signal_by_name_reaches_the_program()
    {
        await using var daemon = new DaemonProcess();
        await using var client = await daemon.ConnectAsync();
        await client.CreateAsync(daemon.Shell("trapped", "trap 'echo got usr1' USR1; echo ready; while :; do read line && break; done"));
        await using var seen = await Transcript.OfAsync(client, "trapped");
        await seen.UntilAsync("ready");
        (await daemon.CliAsync("signal", "trapped", "USR1")).Succeeded();
        await seen.UntilAsync("got usr1");
    }

    [Fact]
    public async Task Stop_keeps_or_kills_sessions_as_it_is_told()
    {
        await using var daemon = new DaemonProcess();
        (await daemon.CliAsync("new", "work", "-d", "--", "cat")).Succeeded();
        var pid = (await daemon.CliAsync("info", "work", "--json")).Succeeded().Json.GetProperty("pid").GetInt32();
        (await daemon.CliAsync("daemon", "stop", "--keep-sessions")).Succeeded();
        Assert.True(OwnedProcesses.IsAlive(pid));
        Assert.Equal(pid, (await daemon.CliAsync("info", "work", "--json")).Succeeded().Json.GetProperty("pid").GetInt32());
        (await daemon.CliAsync("daemon", "restart")).Succeeded();
        Assert.Equal(pid, (await daemon.CliAsync("info", "work", "--json")).Succeeded().Json.GetProperty("pid").GetInt32());
        (await daemon.CliAsync("daemon", "stop", "--kill-sessions")).Succeeded();
        await OwnedProcesses.EndOfAsync(pid);
    }

    [Fact]
    public async Task Every_command_has_help_with_an_example()
    {
        await using var daemon = new DaemonProcess();
        string[][] verbs =
        [
            ["new"], ["attach"], ["ls"], ["info"], ["kill"], ["signal"], ["resize"], ["rename"], ["send"], ["tail"], ["history"], ["wait"], ["run"],
            ["daemon"], ["daemon", "start"], ["daemon", "stop"], ["daemon", "restart"], ["daemon", "status"], ["health"], ["config"], ["completions"], ["version"],
        ];
        foreach (var verb in verbs)
        {
            var help = (await daemon.CliAsync([.. verb, "--help"])).Succeeded();
            Assert.Contains($"  holdfast {verb[0]}", help.Text, StringComparison.Ordinal);
            Assert.Contains("Usage:", help.Text, StringComparison.Ordinal);
        }
    }

    private static string Text(JsonElement row, string key) => row.GetProperty(key).GetString()!;
}
