using System.Text;
using System.Text.Json;
using Holdfast.Daemon.Journal;
using Holdfast.EndToEnd.Tests.Connections;
using Holdfast.EndToEnd.Tests.Crash;
using Holdfast.Linux.Processes;
using Holdfast.Protocol.V1;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Recovery;

/// <summary>Every process is lost: what comes back, and what is said of what does not.</summary>
public sealed class ColdRestoreTests
{
    [Fact]
    public async Task After_a_reboot_a_session_goes_on_below_its_old_screen()
    {
        await using var daemon = new DaemonProcess();
        var there = Directory.CreateDirectory(Path.Combine(daemon.Directory, "there")).FullName;
        (await daemon.CliAsync("new", "work", "-d", "--size", "90x20", "--env", "COLOR=blue", "--env", "MY_TOKEN=abc")).Succeeded();
        (await daemon.CliAsync("send", "work", "--enter", $"cd {there}; echo before-$COLOR-$MY_TOKEN-the-end")).Succeeded();
        await Loss.ShownAsync(daemon, "work", "before-blue-abc-the-end");
        // A full-screen program with all it switches on, that dies with the machine.
        (await daemon.CliAsync("send", "work", "--enter", "printf '\\033[?1049h\\033[?1003h\\033[?2004h\\033[?25l'; printf 'FULL'; echo SCREEN")).Succeeded();
        await Loss.ShownAsync(daemon, "work", "FULLSCREEN");
        await Loss.PersistedAsync(daemon, "work");
        var before = await Loss.InfoAsync(daemon, "work");

        await Loss.OfTheMachineAsync(daemon);
        Assert.Equal(1, (await Loss.RecoveryAsync(daemon)).GetProperty("restored").GetInt32());

        var after = await Loss.InfoAsync(daemon, "work");
        foreach (var same in (string[])["id", "name", "cols", "rows", "command", "created_at"])
            Assert.Equal(before.GetProperty(same).ToString(), after.GetProperty(same).ToString());
        Assert.Equal(there, after.GetProperty("cwd").GetString());
        Assert.Equal("restored", after.GetProperty("recovered").GetString());
        Assert.Equal("running", after.GetProperty("state").GetString());
        Assert.NotEqual(before.GetProperty("pid").GetInt32(), after.GetProperty("pid").GetInt32());
        Assert.True(after.GetProperty("head").GetUInt64() > before.GetProperty("head").GetUInt64());

        (await daemon.CliAsync("send", "work", "--enter", "pwd; echo after-$COLOR-$MY_TOKEN-the-end")).Succeeded();
        var screen = await Loss.ShownAsync(daemon, "work", "after-blue--the-end");
        var places = new[] { "before-blue-abc-the-end", "── holdfast: restored 20", $"\n{there}\n" }.Select(t => screen.IndexOf(t, StringComparison.Ordinal)).ToArray();
        Assert.DoesNotContain(-1, places);
        Assert.Equal(places.Order(), places);
        var snapshot = (await daemon.CliAsync("capture", "work", "--json")).Succeeded().Text;
        Assert.DoesNotContain("FULLSCREEN", snapshot, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_line_says_that_the_machine_was_restarted_and_a_pid_of_another_boot_means_nobody()
    {
        await using var daemon = new DaemonProcess();
        (await daemon.CliAsync("new", "a", "-d")).Succeeded();
        await Loss.PersistedAsync(daemon, "a");
        var path = Path.Combine(Loss.DirectoryOf(daemon, await Loss.InfoAsync(daemon, "a")), "record.json");
        await Loss.OfTheMachineAsync(daemon);
        Assert.Equal(RecordCondition.Good, RecordFormat.Read(File.ReadAllBytes(path), out var record));
        ProcessFacts.TryRead(Environment.ProcessId, out var self);
        // This very process, if the boot were the same.
        File.WriteAllBytes(path, RecordFormat.Encode(record! with { BootId = "another", Pid = Environment.ProcessId, LeaderStart = self.StartTime }));
        Assert.Equal(1, (await Loss.RecoveryAsync(daemon)).GetProperty("restored").GetInt32());
        await Loss.ShownAsync(daemon, "a", "(the machine was restarted) ──");
    }

    [Fact]
    public async Task Who_went_away_while_a_session_was_restored_does_not_own_it()
    {
        await using var daemon = new DaemonProcess();
        var shell = Path.Combine(daemon.Directory, "shell");
        File.Copy("/bin/sh", shell);
        (await daemon.CliAsync("new", "work", "-d", "--restore", "command", "--", shell, "-c", "echo here; exec sleep 1000")).Succeeded();
        await Loss.ShownAsync(daemon, "work", "here");
        await Loss.PersistedAsync(daemon, "work");
        await Loss.OfTheMachineAsync(daemon);

        using var lease = FileLease.On(shell);
        await using var client = await daemon.ConnectAsync();
        using (var gone = await RawPeer.GreetedAsync(daemon))
            await gone.SendAsync(new Envelope { RequestId = 2, Attach = new AttachRequest { Session = "work", Start = true, As = AttachAs.AsOwner } });
        while ((await client.StatusAsync()).Clients > 1)
            await Task.Yield();
        lease.Release();

        Assert.Equal(1, (await Loss.RecoveryAsync(daemon)).GetProperty("restored").GetInt32());
        var session = await client.InspectAsync("work");
        Assert.Equal((0U, ""), (session.Clients, session.Owner));
    }

    [Fact]
    public async Task A_keeper_that_is_lost_while_it_starts_a_program_anew_costs_no_session()
    {
        await using var daemon = new DaemonProcess();
        var shell = Path.Combine(daemon.Directory, "shell");
        File.Copy("/bin/sh", shell);
        (await daemon.CliAsync("new", "work", "-d", "--restore", "command", "--", shell, "-c", "echo ran >> runs; echo here; exec sleep 1000")).Succeeded();
        await Loss.ShownAsync(daemon, "work", "here");
        await Loss.PersistedAsync(daemon, "work");
        await Loss.OfTheMachineAsync(daemon);

        using var lease = FileLease.On(shell);
        await using var client = await daemon.ConnectAsync();
        var before = await client.StatusAsync();
        OwnedProcesses.ChildOf(before.KeeperPid, before.DaemonPid);
        var after = await new Assassin(client).KillKeeperAsync();
        OwnedProcesses.ChildOf(after.KeeperPid, after.DaemonPid);
        lease.Release();

        Assert.Equal(1, (await Loss.RecoveryAsync(daemon)).GetProperty("restored").GetInt32());
        var screen = await Loss.ShownAsync(daemon, "work", ") ──\nhere");
        Assert.Equal(2, screen.Split("── holdfast: restored ").Length);
        Assert.Equal("running", (await Loss.InfoAsync(daemon, "work")).GetProperty("state").GetString());
        Assert.Equal(2, File.ReadAllLines(Path.Combine(daemon.Directory, "runs")).Length);
    }

    [Fact]
    public async Task A_command_is_run_again_only_where_that_was_asked_for()
    {
        await using var daemon = new DaemonProcess();
        const string Script = "echo ran >> runs; exec sleep 1000";
        foreach (var policy in (string[])["command", "shell", "never"])
        {
            Directory.CreateDirectory(Path.Combine(daemon.Directory, policy));
            (await daemon.CliAsync("new", policy, "-d", "--cwd", Path.Combine(daemon.Directory, policy), "--restore", policy, "--", "sh", "-c", Script)).Succeeded();
        }
        foreach (var policy in (string[])["command", "shell", "never"])
            await Loss.PersistedAsync(daemon, policy);
        await Loss.OfTheMachineAsync(daemon);
        var recovery = await Loss.RecoveryAsync(daemon);
        Assert.Equal((2, 1), (recovery.GetProperty("restored").GetInt32(), recovery.GetProperty("unrecoverable").GetInt32()));

        (await daemon.CliAsync("send", "shell", "--enter", "echo a shell")).Succeeded();
        await Loss.ShownAsync(daemon, "shell", "\na shell");
        await RunsAsync(daemon, "command", 2);
        await RunsAsync(daemon, "shell", 1);
        await RunsAsync(daemon, "never", 1);
        var never = await Loss.InfoAsync(daemon, "never");
        Assert.Equal(("exited", "unrecoverable", "RESTORE_NOT_WANTED"), FateOf(never));
        (await daemon.CliAsync("kill", "never")).Succeeded();
        Assert.DoesNotContain("never", (await daemon.CliAsync("ls")).Text, StringComparison.Ordinal);
        await GoneAsync(daemon, Loss.DirectoryOf(daemon, never));
    }

    [Fact]
    public async Task Without_its_directory_a_session_is_kept_with_a_code_and_restored_once_that_is_back()
    {
        await using var daemon = new DaemonProcess();
        var there = Directory.CreateDirectory(Path.Combine(daemon.Directory, "there")).FullName;
        (await daemon.CliAsync("new", "a", "-d", "--cwd", there)).Succeeded();
        (await daemon.CliAsync("send", "a", "--enter", "echo old-$((40+2))")).Succeeded();
        await Loss.ShownAsync(daemon, "a", "old-42");
        await Loss.PersistedAsync(daemon, "a");
        await Loss.OfTheMachineAsync(daemon);
        Directory.Delete(there);

        Assert.Equal(1, (await Loss.RecoveryAsync(daemon)).GetProperty("unrecoverable").GetInt32());
        Assert.Equal(("exited", "unrecoverable", "CWD_MISSING"), FateOf(await Loss.InfoAsync(daemon, "a")));
        await Loss.ShownAsync(daemon, "a", "old-42");
        Assert.Contains("unrecoverable", (await daemon.CliAsync("ls")).Text, StringComparison.Ordinal);
        Assert.Contains("CWD_MISSING", daemon.DaemonLog, StringComparison.Ordinal);

        await Loss.OfTheMachineAsync(daemon);
        Directory.CreateDirectory(there);
        Assert.Equal(1, (await Loss.RecoveryAsync(daemon)).GetProperty("restored").GetInt32());
        Assert.Equal("running", (await Loss.InfoAsync(daemon, "a")).GetProperty("state").GetString());
    }

    [Fact]
    public async Task Without_its_shell_a_session_says_so()
    {
        await using var daemon = new DaemonProcess();
        var shell = Path.Combine(daemon.Directory, "my-shell");
        File.Copy("/bin/sh", shell);
        daemon.Variables["SHELL"] = shell;
        (await daemon.CliAsync("new", "a", "-d")).Succeeded();
        await Loss.PersistedAsync(daemon, "a");
        await Loss.OfTheMachineAsync(daemon);
        File.Delete(shell);
        await Loss.RecoveryAsync(daemon);
        Assert.Equal(("exited", "unrecoverable", "SHELL_NOT_FOUND"), FateOf(await Loss.InfoAsync(daemon, "a")));
    }

    [Fact]
    public async Task When_daemon_and_keeper_die_together_shells_are_hung_up_and_restored()
    {
        await using var daemon = new DaemonProcess();
        (await daemon.CliAsync("new", "a", "-d", "--", "/bin/bash")).Succeeded();
        await Loss.PersistedAsync(daemon, "a");
        var former = (await Loss.InfoAsync(daemon, "a")).GetProperty("pid").GetInt32();
        await Loss.OfDaemonAndKeeperAsync(daemon);
        Assert.Equal(1, (await Loss.RecoveryAsync(daemon)).GetProperty("restored").GetInt32());
        Assert.False(OwnedProcesses.IsAlive(former));
        await Loss.ShownAsync(daemon, "a", "(daemon and keeper were lost)");
    }

    [Fact]
    public async Task A_program_that_ignores_the_hang_up_is_a_zombie_and_is_not_signalled()
    {
        await using var daemon = new DaemonProcess();
        var signalled = Path.Combine(daemon.Directory, "signalled");
        var script = $"trap 'echo x >> {signalled}' TERM INT QUIT USR1; trap '' HUP; echo ready; while :; do sleep 1000 & wait; done";
        (await daemon.CliAsync("new", "z", "-d", "--restore", "command", "--", "bash", "-c", script)).Succeeded();
        await Loss.ShownAsync(daemon, "z", "ready");
        await Loss.PersistedAsync(daemon, "z");
        var pid = (await Loss.InfoAsync(daemon, "z")).GetProperty("pid").GetInt32();
        await Loss.OfDaemonAndKeeperAsync(daemon);

        await using var client = await daemon.ConnectAsync();
        // Two seconds are given to whoever is about to end: time enough to be told.
        var told = await Loss.RecoveredAsync(client, "z");
        Assert.Equal(("zombie", (int)Holdfast.Protocol.V1.ErrorCode.SessionZombie), (told.Outcome, told.Code));
        Assert.Equal(1, (await Loss.RecoveryAsync(daemon)).GetProperty("zombie").GetInt32());
        var info = await Loss.InfoAsync(daemon, "z");
        Assert.Equal(("exited", "zombie", "SESSION_ZOMBIE"), FateOf(info));
        Assert.Equal(pid, info.GetProperty("pid").GetInt32());
        await Loss.ShownAsync(daemon, "z", "ready");
        Assert.True(OwnedProcesses.IsAlive(pid));
        Assert.False(File.Exists(signalled));
        // Its user may end it.
        (await daemon.CliAsync("kill", "z", "--timeout", "1")).Succeeded();
        Assert.False(OwnedProcesses.IsAlive(pid));
        await GoneAsync(daemon, Loss.DirectoryOf(daemon, info));
    }

    [Fact]
    public async Task A_machine_that_goes_down_in_order_gives_its_sessions_back()
    {
        await using var daemon = new DaemonProcess();
        (await daemon.CliAsync("new", "a", "-d")).Succeeded();
        (await daemon.CliAsync("send", "a", "--enter", "echo last-$((40+2))")).Succeeded();
        await Loss.ShownAsync(daemon, "a", "last-42");
        var (keeper, running) = (await daemon.KeeperPidAsync(), await daemon.DaemonPidAsync());
        OwnedProcesses.Signal(keeper, Signals.Term);
        await OwnedProcesses.EndOfAsync(keeper);
        await OwnedProcesses.EndOfAsync(running);
        Assert.Equal(1, (await Loss.RecoveryAsync(daemon)).GetProperty("restored").GetInt32());
        // Not waited for: the order to stop had it written.
        await Loss.ShownAsync(daemon, "a", "last-42");
    }

    [Fact]
    public async Task A_name_and_a_reader_find_the_restored_session()
    {
        await using var daemon = new DaemonProcess();
        (await daemon.CliAsync("new", "a", "-d", "--restore", "command", "--", "sh", "-c", "echo run; read x; exit 3")).Succeeded();
        await Loss.PersistedAsync(daemon, "a");
        await Loss.OfTheMachineAsync(daemon);
        // The first command after the start is the one that names it.
        (await daemon.CliAsync("send", "a", "--enter", "go")).Succeeded();
        Assert.Equal(3, (await daemon.CliAsync("wait", "a", "--exit")).ExitCode);
        var output = Encoding.UTF8.GetString((await daemon.CliAsync("tail", "a", "--from", "start")).Output);
        Assert.Contains("restored", output, StringComparison.Ordinal);
        Assert.Contains("run\r\n", output, StringComparison.Ordinal);
        var taken = await daemon.CliAsync("new", "b", "-d");
        Assert.Equal(0, taken.ExitCode);
    }

    private static (string?, string?, string?) FateOf(JsonElement info) =>
        (info.GetProperty("state").GetString(), info.GetProperty("recovered").GetString(), info.GetProperty("failure").GetString());

    private static async Task RunsAsync(DaemonProcess daemon, string policy, int runs)
    {
        var file = Path.Combine(daemon.Directory, policy, "runs");
        using var deadline = new CancellationTokenSource(DaemonProcess.Deadline);
        while (!File.Exists(file) || File.ReadAllLines(file).Length < runs)
        {
            (await daemon.CliAsync("ls")).Succeeded();
            deadline.Token.ThrowIfCancellationRequested();
        }
        Assert.Equal(runs, File.ReadAllLines(file).Length);
    }

    internal static async Task GoneAsync(DaemonProcess daemon, string directory)
    {
        using var deadline = new CancellationTokenSource(DaemonProcess.Deadline);
        while (Directory.Exists(directory))
        {
            await daemon.CliAsync("ls");
            deadline.Token.ThrowIfCancellationRequested();
        }
    }
}
