using System.Text.Json;
using Holdfast.EndToEnd.Tests.Crash;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Upgrade;

/// <summary>Daemon and keeper are replaced by other programs: no byte, no process and no exit code is lost.</summary>
public sealed class UpgradeTests
{
    private const long Lines = 4_000_000;

    [Fact]
    public async Task Both_programs_are_replaced_under_full_output_and_attached_clients_go_on()
    {
        await using var daemon = new DaemonProcess();
        var copy = Programs.Copy(daemon, "new");
        await using var load = await NumberedLoad.StartAsync(daemon, Lines, tail: true);
        var waiting = await load.Control.CreateAsync(daemon.Shell("a", "read x; exit 37"));
        await load.ReachedAsync(1_000_000);
        var before = await daemon.StatusAsync();

        var upgraded = (await daemon.CliAsync("daemon", "upgrade", "--from", copy, "--json")).Succeeded().Json;

        Assert.True(upgraded.GetProperty("changed").GetBoolean());
        Assert.True(upgraded.GetProperty("keeper_renewed").GetBoolean());
        Assert.Equal(2, upgraded.GetProperty("sessions").GetInt32());
        Assert.NotEqual(Pid(before, "daemon_pid"), Pid(upgraded, "daemon_pid"));
        Assert.Equal(Pid(before, "keeper_pid"), Pid(upgraded, "keeper_pid"));
        Assert.Equal(Path.Combine(copy, "holdfast"), Programs.ProgramOf(Pid(upgraded, "daemon_pid")));
        Assert.Equal(Path.Combine(copy, "holdfast-keeper"), Programs.ProgramOf(Pid(upgraded, "keeper_pid")));

        var exited = await load.EndAsync();
        var size = NumberedLines.SizeOf(Lines);
        Assert.Equal((size, size, (ulong)size), (load.Bytes, load.TailBytes, exited.To));
        Assert.Equal((0, 0), (exited.Exit!.Code, exited.Exit.Signal));
        Assert.Equal(waiting.Pid, (await load.Control.InspectAsync("a")).Pid);
        (await daemon.CliAsync("send", "a", "--enter", "go")).Succeeded();
        Assert.Equal(37, (await daemon.CliAsync("wait", "a", "--exit")).ExitCode);
        var status = await daemon.StatusAsync();
        Assert.Equal("done", status.GetProperty("upgrade").GetProperty("state").GetString());
        Assert.Equal(0, status.GetProperty("keeper_restarts").GetInt32());
    }

    [Fact]
    public async Task What_was_upgraded_stays_so_when_the_daemon_is_killed()
    {
        await using var daemon = new DaemonProcess();
        var copy = Programs.Copy(daemon, "new");
        (await daemon.CliAsync("new", "a", "-d")).Succeeded();
        (await daemon.CliAsync("daemon", "upgrade", "--from", copy)).Succeeded();
        await daemon.KillDaemonAsync();
        Assert.Equal(Path.Combine(copy, "holdfast"), Programs.ProgramOf(await daemon.DaemonPidAsync()));
        // And a keeper that this daemon starts is of its own installation.
        var former = await daemon.KillKeeperAsync();
        await Programs.LoggedAsync(daemon, "keeper-took-over");
        var keeper = await daemon.KeeperPidAsync();
        Assert.NotEqual(former, keeper);
        Assert.Equal(Path.Combine(copy, "holdfast-keeper"), Programs.ProgramOf(keeper));
    }

    [Fact]
    public async Task Programs_that_run_already_are_left_alone_unless_forced()
    {
        await using var daemon = new DaemonProcess();
        (await daemon.CliAsync("new", "a", "-d")).Succeeded();
        var before = await daemon.DaemonPidAsync();
        var same = (await daemon.CliAsync("daemon", "upgrade")).Succeeded();
        Assert.Contains("run already", same.Text, StringComparison.Ordinal);
        Assert.Equal(before, await daemon.DaemonPidAsync());
        var forced = (await daemon.CliAsync("daemon", "upgrade", "--force", "--json")).Succeeded().Json;
        Assert.NotEqual(before, Pid(forced, "daemon_pid"));
        Assert.Equal(1, forced.GetProperty("sessions").GetInt32());
    }

    [Fact]
    public async Task Without_a_daemon_there_is_nothing_to_upgrade()
    {
        await using var daemon = new DaemonProcess();
        var result = (await daemon.CliAsync("daemon", "upgrade")).Succeeded();
        Assert.Contains("no daemon is running", result.Error, StringComparison.Ordinal);
        Assert.Empty(daemon.Processes.Find());
    }

    [Fact]
    public async Task A_daemon_that_is_killed_while_it_prepares_is_asked_again()
    {
        await using var daemon = new DaemonProcess();
        var copy = Programs.Copy(daemon, "new");
        (await daemon.CliAsync("new", "a", "-d")).Succeeded();
        var pid = await daemon.DaemonPidAsync();
        await using var upgrade = daemon.StartCli("daemon", "upgrade", "--from", copy, "--json");
        await Programs.LoggedAsync(daemon, "renewal-begins");
        OwnedProcesses.Kill(pid);
        var upgraded = (await upgrade.EndAsync()).Succeeded().Json;
        Assert.Equal(Path.Combine(copy, "holdfast"), Programs.ProgramOf(Pid(upgraded, "daemon_pid")));
        Assert.Equal(1, upgraded.GetProperty("sessions").GetInt32());
    }

    [Fact]
    public async Task A_keeper_that_is_killed_right_after_it_was_renewed_costs_no_session()
    {
        await using var daemon = new DaemonProcess();
        var copy = Programs.Copy(daemon, "new");
        await using var client = await daemon.ConnectAsync();
        var session = await client.CreateAsync(daemon.Shell("a", "read x; exit 37"));
        var keeper = await daemon.KeeperPidAsync();
        await using (var upgrade = daemon.StartCli("daemon", "upgrade", "--from", copy))
        {
            await Programs.LoggedAsync(daemon, "keeper-resumed");
            OwnedProcesses.Kill(keeper);
            // Whether it had answered before decides which of these it is.
            Assert.Contains((await upgrade.EndAsync()).ExitCode, (int[])[0, 69, 70]);
        }
        Assert.Equal(session.Pid, (await client.InspectAsync("a")).Pid);
        (await daemon.CliAsync("daemon", "upgrade", "--from", copy, "--force")).Succeeded();
        (await daemon.CliAsync("send", "a", "--enter", "go")).Succeeded();
        Assert.Equal(37, (await daemon.CliAsync("wait", "a", "--exit")).ExitCode);
    }

    private static int Pid(JsonElement json, string key) => json.GetProperty(key).GetInt32();
}
