using System.Diagnostics;
using System.Globalization;
using Holdfast.Client;
using Holdfast.Daemon.Killing;
using Holdfast.Protocol.V1;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Killing;

/// <summary>After a kill no process of the session lives, whatever it traps and wherever it went.</summary>
public sealed class KillTests
{
    // Ignores everything that can be ignored, says who it is, and stays; not by a program that would end by itself.
    private const string Stubborn = "trap '' HUP TERM INT QUIT USR1; echo $$ >> pids; exec 3<> fifo; while :; do read -r x <&3; done";

    [Fact]
    public async Task Trapped_double_forked_setsid_and_stopped_children_are_all_gone_within_the_time()
    {
        await using var daemon = await WithScriptAsync(Stubborn);
        await using var client = await daemon.ConnectAsync();
        const string script =
            """
            trap '' HUP TERM INT QUIT
            sh child.sh &
            setsid sh child.sh &
            (setsid sh -c 'sh child.sh & sh child.sh &' &)
            (env -i PATH="$PATH" setsid sh -c 'sh child.sh & ' &)
            (nohup sh child.sh > /dev/null 2>&1 &)
            sh child.sh & kill -STOP $!
            setsid sh -c 'trap "" HUP; kill -STOP $$' &
            until [ "$(wc -l < pids)" -ge 6 ]; do :; done
            echo all are here
            while :; do wait; done
            """;
        await client.CreateAsync(daemon.Shell("wild", script));
        await using (var seen = await Transcript.OfAsync(client, "wild"))
            await seen.UntilAsync("all are here");
        var begun = Stopwatch.GetTimestamp();
        var end = await client.KillAsync("wild", TimeSpan.FromSeconds(1));
        Assert.InRange(Stopwatch.GetElapsedTime(begun).TotalSeconds, 0.9, 5);
        Assert.Equal(9, end.Exit.Signal);
        Assert.Empty(Living(daemon));
        Assert.Equal("", await MarkedAsync(daemon, end.Id));
    }

    [Fact]
    public async Task Who_forks_faster_than_it_is_killed_is_gone_too()
    {
        await using var daemon = new DaemonProcess();
        await using var client = await daemon.ConnectAsync();
        // Each chain is always another process: the one that is looked at has a successor already.
        const string script =
            """
            trap '' HUP TERM
            chain() { : > alive; chain & }
            for i in 1 2 3 4 5 6; do chain; done
            echo running
            while :; do wait; done
            """;
        await client.CreateAsync(daemon.Shell("hydra", script));
        await using (var seen = await Transcript.OfAsync(client, "hydra"))
            await seen.UntilAsync("running");
        var end = await client.KillAsync("hydra", TimeSpan.FromSeconds(0.5));
        Assert.Equal("", await MarkedAsync(daemon, end.Id));
    }

    [Fact]
    public async Task A_tree_of_five_hundred_is_gone_in_a_moment()
    {
        await using var daemon = new DaemonProcess();
        await using var client = await daemon.ConnectAsync();
        await client.CreateAsync(daemon.Shell("wide", "i=0; while [ $i -lt 500 ]; do sleep 1000 & i=$((i+1)); done; echo all are here; wait"));
        await using (var seen = await Transcript.OfAsync(client, "wide"))
            await seen.UntilAsync("all are here");
        var begun = Stopwatch.GetTimestamp();
        var end = await client.KillAsync("wide");
        // The figure is measured in bench/; here only that the ladder's later steps were not needed.
        Assert.InRange(Stopwatch.GetElapsedTime(begun).TotalSeconds, 0, 2.9);
        Assert.Equal(1, end.Exit.Signal);
        Assert.Equal("", await MarkedAsync(daemon, end.Id));
    }

    [Fact]
    public async Task What_an_ended_program_left_behind_is_ended_with_its_session()
    {
        await using var daemon = await WithScriptAsync(Stubborn);
        await using var client = await daemon.ConnectAsync();
        await client.CreateAsync(daemon.Shell("left", "setsid sh child.sh & until [ -s pids ]; do :; done"));
        Assert.Equal(0, (await client.WaitForExitAsync("left")).Exit.Code);
        Assert.Single(Living(daemon));
        Assert.Equal(SessionState.Finalized, (await client.KillAsync("left", TimeSpan.FromSeconds(0.5))).State);
        Assert.Empty(Living(daemon));
    }

    [Fact]
    public async Task The_polite_signals_come_first_and_a_program_that_ends_at_once_ends_the_kill()
    {
        await using var daemon = new DaemonProcess();
        await using var client = await daemon.ConnectAsync();
        await client.CreateAsync(daemon.Shell("polite", "trap 'echo hung up' HUP; trap 'echo told to end; exit 5' TERM; echo ready; while :; do sleep 0.05; done"));
        await using var seen = await Transcript.OfAsync(client, "polite");
        await seen.UntilAsync("ready");
        var end = await client.KillAsync("polite", TimeSpan.FromSeconds(20));
        Assert.Equal((5, 0), (end.Exit.Code, end.Exit.Signal));
        Assert.Equal(5, (await seen.EndAsync()).Code);
        Assert.True(seen.Text.IndexOf("hung up", StringComparison.Ordinal) < seen.Text.IndexOf("told to end", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_kill_goes_on_when_the_daemon_is_killed_meanwhile()
    {
        await using var daemon = await WithScriptAsync(Stubborn);
        await using var client = await daemon.ConnectAsync();
        await client.CreateAsync(daemon.Shell("wild", "trap '' HUP TERM; setsid sh child.sh & until [ -s pids ]; do :; done; echo here; while :; do wait; done"));
        await using (var seen = await Transcript.OfAsync(client, "wild"))
            await seen.UntilAsync("here");
        var killing = client.KillAsync("wild", TimeSpan.FromSeconds(2));
        while ((await client.InspectAsync("wild")).State != SessionState.Terminating)
            Assert.False(killing.IsCompleted);
        await daemon.KillDaemonAsync();
        Assert.Equal(9, (await killing).Exit.Signal);
        Assert.Empty(Living(daemon));
    }

    [Fact]
    public async Task A_keeper_that_takes_over_during_a_kill_is_none_of_the_sessions_processes()
    {
        await using var daemon = await WithScriptAsync(Stubborn);
        await using var client = await daemon.ConnectAsync();
        await using var killer = await daemon.ConnectAsync();
        await client.CreateAsync(daemon.Shell("wild", "sh child.sh & until [ -s pids ]; do :; done; echo up; trap '' HUP TERM; while :; do wait; done"));
        await client.CreateAsync(daemon.Shell("other", "read line; exit 4"));
        await using (var seen = await Transcript.OfAsync(client, "wild"))
            await seen.UntilAsync("up");
        var ending = killer.KillAsync("wild", TimeSpan.FromSeconds(1));
        while ((await client.InspectAsync("wild")).State != SessionState.Terminating)
            Assert.False(ending.IsCompleted);

        // It holds every terminal, as a child of the daemon.
        var after = await new Crash.Assassin(client).KillKeeperAsync();
        Assert.False(ending.IsCompleted);
        await ending.WaitAsync(DaemonProcess.Deadline);

        Assert.Equal(after.KeeperPid, (await client.StatusAsync()).KeeperPid);
        Assert.Empty(Living(daemon));
        (await daemon.CliAsync("send", "other", "--enter", "go")).Succeeded();
        Assert.Equal(4, (await client.WaitForExitAsync("other")).Exit.Code);
    }

    [Fact]
    public async Task Kills_of_many_clients_at_once_have_one_outcome_and_changes_meanwhile_are_refused()
    {
        await using var daemon = new DaemonProcess();
        await using var client = await daemon.ConnectAsync();
        await client.CreateAsync(daemon.Shell("work", "trap '' HUP TERM; echo ready; while :; do sleep 1000; done"));
        await using (var seen = await Transcript.OfAsync(client, "work"))
            await seen.UntilAsync("ready");
        await using var second = await daemon.ConnectOnlyAsync();
        await using var third = await daemon.ConnectOnlyAsync();
        var first = client.KillAsync("work", TimeSpan.FromSeconds(30));
        while ((await client.InspectAsync("work")).State != SessionState.Terminating)
            Assert.False(first.IsCompleted);
        var refused = await Assert.ThrowsAsync<Protocol.HoldfastException>(() => second.ResizeAsync("work", 100, 30));
        Assert.Equal(ErrorCode.SessionTerminating, refused.Code);
        // The one in the greatest hurry decides.
        var kills = await Task.WhenAll(first, second.KillAsync("work", TimeSpan.FromSeconds(0.3)), third.KillAsync("work", TimeSpan.FromSeconds(10)));
        Assert.All(kills, k => Assert.Equal((SessionState.Exited, 9), (k.State, k.Exit.Signal)));
    }

    [Fact]
    public async Task With_a_control_group_nothing_gets_away()
    {
        // Without one, a process that shed session, environment, parents and terminal is nobody's: docs/lifecycle.md says so.
        var can = SessionCgroup.ParentFor(CgroupUse.On) is not null;
        await using var daemon = await WithScriptAsync(Stubborn, ("HOLDFAST_SESSION_CGROUPS", can ? "on" : "off"));
        await using var client = await daemon.ConnectAsync();
        var away = can ? "(env -i PATH=\"$PATH\" setsid sh child.sh < /dev/null > /dev/null 2>&1 &);" : "sh child.sh &";
        // Its group exists once it is in it: a moment after the start, as everything a person types.
        var waiting = can ? "until grep -q holdfast- /proc/self/cgroup; do :; done" : ":";
        await client.CreateAsync(daemon.Shell("away", $"{waiting}; {away} until [ -s pids ]; do :; done; echo here; cat"));
        await using (var seen = await Transcript.OfAsync(client, "away"))
            await seen.UntilAsync("here");
        Assert.Single(Living(daemon));
        await client.KillAsync("away", TimeSpan.FromSeconds(0.5));
        Assert.Empty(Living(daemon));
    }

    private static async Task<DaemonProcess> WithScriptAsync(string child, params IReadOnlyList<(string, string)> variables)
    {
        var daemon = new DaemonProcess(variables);
        await File.WriteAllTextAsync(Path.Combine(daemon.Directory, "child.sh"), child);
        await File.WriteAllTextAsync(Path.Combine(daemon.Directory, "pids"), "");
        (await daemon.ShellAsync("mkfifo fifo")).Succeeded();
        return daemon;
    }

    private static List<int> Living(DaemonProcess daemon) =>
        [.. File.ReadAllLines(Path.Combine(daemon.Directory, "pids")).Select(p => int.Parse(p, CultureInfo.InvariantCulture)).Where(OwnedProcesses.IsAlive)];

    // Every process that carries the session's mark, by the kernel's own word.
    private static async Task<string> MarkedAsync(DaemonProcess daemon, string id) =>
        (await daemon.ShellAsync($"grep -lzx HOLDFAST_SESSION_ID={id} /proc/[0-9]*/environ 2> /dev/null; true")).Text;
}
