using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Crash;

/// <summary>What stays of a session whose program has ended.</summary>
public sealed class AfterExitTests
{
    [Fact]
    public async Task Exit_code_and_output_stay_readable_also_after_a_daemon_kill()
    {
        await using var daemon = new DaemonProcess();
        (await daemon.CliAsync("new", "a", "-d", "--", "sh", "-c", "echo last words; exit 7")).Succeeded();
        Assert.Equal(7, (await daemon.CliAsync("wait", "a", "--exit")).ExitCode);
        await daemon.KillDaemonAsync();
        Assert.Equal(7, (await daemon.CliAsync("wait", "a", "--exit")).ExitCode);
        Assert.Equal("last words\r\n", (await daemon.CliAsync("history", "a")).Succeeded().Text);
    }

    [Fact]
    public async Task The_signal_that_ended_a_program_stays_readable_also_after_a_daemon_kill()
    {
        await using var daemon = new DaemonProcess();
        (await daemon.CliAsync("new", "a", "-d", "--", "sh", "-c", "kill -TERM $$")).Succeeded();
        await daemon.CliAsync("wait", "a", "--exit");
        var pid = (await daemon.CliAsync("info", "a", "--json")).Succeeded().Json.GetProperty("pid").GetInt32();
        await daemon.KillDaemonAsync();
        var info = (await daemon.CliAsync("info", "a", "--json")).Succeeded().Json;
        Assert.Equal(pid, info.GetProperty("pid").GetInt32());
        Assert.Equal("exited", info.GetProperty("state").GetString());
        Assert.Equal(15, info.GetProperty("exit_signal").GetInt32());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, info.GetProperty("exit_code").ValueKind);
    }
}
