using Holdfast.Client;
using Holdfast.Linux.Processes;
using Holdfast.Protocol.V1;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Crash;

/// <summary>Clients that come while no daemon runs wait and are served; nobody is refused.</summary>
public sealed class AbsentDaemonTests
{
    [Fact]
    public async Task Clients_that_come_while_the_daemon_is_down_wait_and_are_served()
    {
        await using var daemon = new DaemonProcess(("HOLDFAST_RESTART_DELAYS_MS", "0,3000"));
        await using (var client = await daemon.ConnectAsync())
        {
            await client.CreateAsync(daemon.Shell("a", "read x"));
            await new Assassin(client).KillDaemonAsync();
        }
        // The second crash within a second of the first: the next start waits, whoever knocks.
        await daemon.KillDaemonAsync();
        var early = Enumerable.Range(0, 5).Select(_ => daemon.CliAsync("ls", "--json")).ToArray();
        foreach (var answer in await Task.WhenAll(early))
        {
            Assert.Equal("", answer.Error);
            Assert.Equal("a", answer.Succeeded().Json[0].GetProperty("name").GetString());
        }
        Assert.Contains("next-start-in-ms=3000", daemon.KeeperLog, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sessions_kept_over_a_stop_are_whole_for_the_next_client_which_starts_a_daemon()
    {
        const long lines = 100_000;
        await using var daemon = new DaemonProcess();
        await using var client = await daemon.ConnectAsync();
        var go = Path.Combine(daemon.Directory, "go");
        (await daemon.ShellAsync($"mkfifo {go}")).Succeeded();
        var session = await client.CreateAsync(daemon.Shell("a", $"stty raw -echo; echo 1; read x < {go}; seq 2 {lines}; exit 3"));
        var former = await client.StatusAsync();
        await client.DisposeAsync();
        Assert.Equal(75, (await daemon.CliAsync("daemon", "stop")).ExitCode);
        (await daemon.CliAsync("daemon", "stop", "--keep-sessions")).Succeeded();
        Assert.False(OwnedProcesses.IsAlive(former.DaemonPid));
        Assert.True(OwnedProcesses.IsAlive(former.KeeperPid));
        Assert.True(OwnedProcesses.IsAlive(session.Pid));

        // It writes while there is no daemon, and waits where the terminal is full.
        await File.WriteAllTextAsync(go, "\n");
        Assert.Equal(3, (await daemon.CliAsync("wait", "a", "--exit")).ExitCode);
        var seen = new NumberedLines();
        seen.Accept((await daemon.CliAsync("history", "a")).Succeeded().Output);
        Assert.Equal(NumberedLines.SizeOf(lines), seen.Bytes);
        Assert.Equal(former.KeeperPid, await daemon.KeeperPidAsync());
    }

    [Fact]
    public async Task A_create_that_is_sent_again_after_the_daemon_died_between_store_and_spawn_makes_one_session()
    {
        await using var daemon = new DaemonProcess();
        await using var client = await daemon.ConnectAsync();
        await using var second = await daemon.ConnectOnlyAsync();
        var status = await client.StatusAsync();
        // The keeper cannot answer the store: the daemon never comes to the spawn.
        OwnedProcesses.Signal(status.KeeperPid, Signals.Stop);
        var creating = client.CreateAsync(daemon.Shell("once", "exec sleep 4711"));
        while (!(await second.ListAsync()).Any(s => s is { Name: "once", State: SessionState.Starting }))
            Assert.False(creating.IsCompleted);
        OwnedProcesses.Kill(status.DaemonPid);
        OwnedProcesses.Signal(status.KeeperPid, Signals.Continue);

        var made = await creating.WaitAsync(DaemonProcess.Deadline);
        Assert.Equal(SessionState.Running, made.State);
        var only = Assert.Single(await second.ListAsync());
        Assert.Equal(made.Id, only.Id);
        Assert.Equal(only.RingBytes, (await second.StatusAsync()).RingBytes);
        Assert.Equal(made.Pid, Assert.Single(await ProgramsAsync(daemon, second)));
    }

    // A process that is executing another program has neither arguments nor environment for a moment: looked at again until there is one at least.
    private static async Task<int[]> ProgramsAsync(DaemonProcess daemon, HoldfastClient client)
    {
        while (true)
        {
            var programs = daemon.Processes.Find().Where(p => File.ReadAllText($"/proc/{p}/cmdline").Contains("4711", StringComparison.Ordinal)).ToArray();
            if (programs.Length > 0)
                return programs;
            await client.StatusAsync();
        }
    }

    [Fact]
    public async Task A_removed_runtime_directory_costs_no_attachment_and_keeps_no_client_out()
    {
        await using var daemon = new DaemonProcess(("HOLDFAST_TICK_MS", "100"));
        await using var load = await NumberedLoad.StartAsync(daemon, 9_999_999_999, tail: false);
        Directory.Delete(daemon.Paths.RuntimeDirectory, recursive: true);
        await load.ReachedAsync(load.Bytes + 2_000_000);
        Assert.Equal("load", (await daemon.CliAsync("ls", "--json")).Succeeded().Json[0].GetProperty("name").GetString());
        // Each question takes its time; the keeper looks at the path at each of its ticks.
        var until = Environment.TickCount64 + (long)DaemonProcess.Deadline.TotalMilliseconds;
        while (!File.Exists(daemon.Paths.Socket) && Environment.TickCount64 < until)
            await load.Control.StatusAsync();
        Assert.True(File.Exists(daemon.Paths.Socket));
        File.Delete(daemon.Paths.EndpointFile);
        (await daemon.CliAsync("ls")).Succeeded();
        await load.ReachedAsync(load.Bytes + 2_000_000);
    }
}
