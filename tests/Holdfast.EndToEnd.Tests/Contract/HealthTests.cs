using System.Text.Json;
using Holdfast.Linux.Processes;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Contract;

/// <summary>`health`, of daemons that are well, absent, hung and ill; its exit code is for whoever watches the daemon.</summary>
public sealed class HealthTests
{
    private static readonly string[] Names = ["process", "heartbeat", "memory", "queue", "errors", "journal"];

    [Fact]
    public async Task A_daemon_that_is_well_is_healthy_and_each_check_is_told()
    {
        await using var daemon = new DaemonProcess();
        await using var client = await daemon.ConnectAsync();
        var status = await client.StatusAsync();
        var health = (await daemon.CliAsync("health", "--json")).Succeeded().Json;
        Assert.Equal("healthy", Text(health, "status"));
        Assert.Equal((status.DaemonPid, status.KeeperPid), (health.GetProperty("daemon_pid").GetInt32(), health.GetProperty("keeper_pid").GetInt32()));
        Assert.InRange(health.GetProperty("heartbeat_age_ms").GetInt64(), 0, 30_000);
        Assert.Equal(Names, health.GetProperty("checks").EnumerateArray().Select(c => Text(c, "name")));
        Assert.Equal([null, 30_000, 500_000_000, 1000, 10, null], health.GetProperty("checks").EnumerateArray().Select(LimitOf));
        Assert.Equal(status.DaemonPid, Check(health, "process").GetProperty("value").GetInt64());
        // A runtime with nothing in it is larger.
        Assert.True(Check(health, "memory").GetProperty("value").GetInt64() > 500_000);
        var said = (await daemon.CliAsync("health")).Succeeded().Text;
        Assert.StartsWith("healthy\n\nCHECK ", said, StringComparison.Ordinal);
        Assert.All(Names, name => Assert.Contains($"\n{name} ", said, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_daemon_it_is_unhealthy_and_none_is_started()
    {
        await using var daemon = new DaemonProcess();
        var told = await daemon.CliAsync("health", "--json");
        Assert.Equal(2, told.ExitCode);
        Assert.Equal("unhealthy", Text(told.Json, "status"));
        Assert.Equal("no daemon is running", Text(Check(told.Json, "process"), "message"));
        Assert.Equal(JsonValueKind.Null, told.Json.GetProperty("daemon_pid").ValueKind);
        Assert.Empty(daemon.Processes.Find());
    }

    [Fact]
    public async Task A_daemon_that_hangs_is_seen_by_its_beat()
    {
        await using var daemon = new DaemonProcess(("HOLDFAST_STALE_TICKS", "600"));
        await using var client = await daemon.ConnectAsync();
        var pid = (await client.StatusAsync()).DaemonPid;
        OwnedProcesses.Signal(pid, Signals.Stop);
        var first = await daemon.CliAsync("health", "--json");
        var second = await daemon.CliAsync("health", "--json");
        OwnedProcesses.Signal(pid, Signals.Continue);
        // It lives, and may only be busy: somebody should look.
        Assert.Equal((1, 1), (first.ExitCode, second.ExitCode));
        Assert.Equal(pid, second.Json.GetProperty("daemon_pid").GetInt32());
        Assert.Contains("does not answer", Text(Check(second.Json, "queue"), "message"), StringComparison.Ordinal);
        Assert.True(Age(second) >= Age(first) + 1000);
        // It answers again; the beat may be that of before for a moment.
        await client.StatusAsync();
        Assert.Equal(0, (await daemon.CliAsync("health")).ExitCode);
    }

    [Fact]
    public async Task Errors_in_the_end_of_the_log_degrade_it()
    {
        await using var daemon = new DaemonProcess();
        (await daemon.CliAsync("daemon", "start")).Succeeded();
        const string error = """{"LogLevel":"Error","Message":"ill"}""";
        await File.AppendAllLinesAsync(daemon.Paths.DaemonLog, Enumerable.Repeat(error, 10));
        Assert.Equal(0, (await daemon.CliAsync("health")).ExitCode);
        await File.AppendAllLinesAsync(daemon.Paths.DaemonLog, ["Unhandled exception. It fell", "   at Somewhere", "{\"LogLevel\":\"Err"]);
        var ill = await daemon.CliAsync("health", "--json");
        Assert.Equal((1, 11L), (ill.ExitCode, Check(ill.Json, "errors").GetProperty("value").GetInt64()));
        // Only the last hundred lines count.
        await File.AppendAllLinesAsync(daemon.Paths.DaemonLog, Enumerable.Repeat("""{"LogLevel":"Information"}""", 100));
        Assert.Equal(0, (await daemon.CliAsync("health")).ExitCode);
    }

    private static long Age(CliResult told) => told.Json.GetProperty("heartbeat_age_ms").GetInt64();

    private static string Text(JsonElement of, string name) => of.GetProperty(name).GetString() ?? "";

    private static JsonElement Check(JsonElement health, string name) => health.GetProperty("checks").EnumerateArray().Single(c => Text(c, "name") == name);

    private static long? LimitOf(JsonElement check) => check.GetProperty("limit") is { ValueKind: JsonValueKind.Number } limit ? limit.GetInt64() : null;
}
