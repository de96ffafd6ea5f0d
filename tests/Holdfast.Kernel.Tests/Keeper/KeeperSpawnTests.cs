using Holdfast.Linux;
using Holdfast.Linux.Events;
using Holdfast.Linux.Keeping;
using Holdfast.Linux.Processes;
using Holdfast.Linux.Pty;
using Holdfast.Linux.Spawn;
using Holdfast.TestKit;
using Xunit;

namespace Holdfast.Kernel.Tests.Keeper;

/// <summary>Programs that the keeper starts, and how their ends are told.</summary>
public sealed class KeeperSpawnTests
{
    [Fact]
    public void An_end_is_repeated_until_it_is_recorded_and_the_zombie_stays_until_then()
    {
        using var keeper = RunningKeeper.Start("HOLDFAST_TICK_MS=20");
        var daemon = keeper.NextReadyDaemon();
        var (spawned, _) = daemon.StartShell("s", "exit 7");
        Assert.Equal(0, spawned.Message.Value);

        for (var i = 0; i < 3; i++)
        {
            var exited = daemon.Next(ControlKind.Exited).Message;
            Assert.Equal(("s", spawned.Message.Pid, 7 << 8), (exited.Name, exited.Pid, exited.Value));
            Assert.Equal(ControlFlags.Exited, exited.Flags);
        }
        Assert.True(ProcessFacts.TryRead(spawned.Message.Pid, out var facts) && facts.State == 'Z');

        Assert.Equal(Errno.None, daemon.AskError(new(ControlKind.ExitRecorded) { Name = "s" }));

        Assert.False(ProcessFacts.TryRead(spawned.Message.Pid, out _));
        daemon.Kill();
        var entry = keeper.NextDaemon().Begin()["s"].Message;
        Assert.Equal(ControlFlags.Exited | ControlFlags.Recorded, entry.Flags);
        Assert.Equal(7 << 8, entry.Value);
    }

    [Fact]
    public void A_program_outlives_the_daemon_and_its_end_is_not_missed()
    {
        using var keeper = RunningKeeper.Start();
        var first = keeper.NextReadyDaemon();
        var (spawned, master) = first.StartShell("s", "read x; exit 9");
        using (var process = new PidFd(spawned.Descriptors[0].Duplicate()))
        {
            first.Kill();
            master.Write("\n"u8);
            Await.Ready(process.Fd);
        }
        var second = keeper.NextReadyDaemon();
        Assert.Equal(9 << 8, second.Next(ControlKind.Exited).Message.Value);
    }

    [Fact]
    public void A_start_that_fails_says_why()
    {
        using var keeper = RunningKeeper.Start();
        var daemon = keeper.NextReadyDaemon();
        var missing = daemon.StartProgram("s", new SpawnPlan("/nowhere/at/all", "/", ["x"], [])).Spawned.Message;
        Assert.Equal((int)Errno.ENOENT, missing.Value);
        // The name is free for another try.
        Assert.Equal(0, daemon.StartShell("s", "exit 0").Spawned.Message.Value);

        using var pipe = Files.NewPipe(out var other);
        using (other)
        {
            Assert.Equal(Errno.ENOENT, daemon.AskError(new(ControlKind.Spawn) { Name = "no-entry" }, pipe, other));
            Assert.Equal(Errno.EINVAL, daemon.AskError(new(ControlKind.Spawn) { Name = "s" }, pipe));
        }
    }

    [Fact]
    public void A_hung_start_times_out_is_killed_when_it_succeeds_late_and_stops_nobody_else()
    {
        using var keeper = RunningKeeper.Start("HOLDFAST_SPAWN_TIMEOUT_MS=1500");
        var daemon = keeper.NextReadyDaemon();
        using var lease = FileLease.OnCopyOf("/bin/sleep", keeper.TestDirectory);
        var hung = daemon.StoreTerminal("hung", out var slave);
        uint request;
        using (slave)
        using (var plan = Holdfast.Linux.Memory.MemoryFile.FromBytes("plan", new SpawnPlan(lease.Path, "/", ["sleep", "1000"], []).Encode()))
            request = daemon.Send(new(ControlKind.Spawn) { Name = "hung" }, slave, plan);

        Assert.Equal(0, daemon.StartShell("s", "exit 3").Spawned.Message.Value);
        Assert.Equal(3 << 8, daemon.Next(ControlKind.Exited).Message.Value);
        var late = daemon.Next(ControlKind.Spawned).Message;
        Assert.Equal((request, (int)Errno.ETIMEDOUT), (late.Request, late.Value));

        lease.Release();

        // Its terminal hangs up when nobody has it any more: the program was started after all, and killed.
        Assert.True((Await.Ready(hung.Fd) & Readiness.HangUp) != 0);
        Assert.Equal(Errno.ESRCH, daemon.AskError(new(ControlKind.Signal) { Name = "hung", Value = Signals.Kill }));
    }

    [Fact]
    public void A_signal_reaches_the_process_group()
    {
        using var keeper = RunningKeeper.Start();
        var daemon = keeper.NextReadyDaemon();
        daemon.StartShell("s", "trap '' HUP; while :; do read x; done");
        Assert.Equal(Errno.None, daemon.AskError(new(ControlKind.Signal) { Name = "s", Value = Signals.Term, Flags = ControlFlags.Group }));
        Assert.Equal(Signals.Term, daemon.Next(ControlKind.Exited).Message.Value);
        Assert.Equal(Errno.ENOENT, daemon.AskError(new(ControlKind.Signal) { Name = "other", Value = Signals.Term }));
    }

    [Fact]
    public void Programs_go_before_the_keeper_when_memory_is_short()
    {
        using var keeper = RunningKeeper.Start();
        var daemon = keeper.NextReadyDaemon();
        // Set right after the start; the shell looks once it was told that it was started.
        var (_, master) = daemon.StartShell("s", "stty -echo; read x; cat /proc/self/oom_score_adj; echo end; read x");
        master.Write("\n"u8);
        var own = int.Parse(File.ReadAllText("/proc/self/oom_score_adj"), System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal($"{Math.Min(own + 200, 1000)} end", Files.ReadUntil(master, "end").ReplaceLineEndings(" ").Trim());
    }

    [Fact]
    public void Orphans_of_a_session_are_reaped()
    {
        using var keeper = RunningKeeper.Start();
        var daemon = keeper.NextReadyDaemon();
        // The subshell ends before its child, which then has the keeper for a parent and waits for a line.
        var (_, master) = daemon.StartShell("s", "mkfifo $HOLDFAST_TEST_FIFO; (cat $HOLDFAST_TEST_FIFO & echo pid=$!.); read x".Replace(
            "$HOLDFAST_TEST_FIFO", Path.Combine(keeper.TestDirectory, "fifo"), StringComparison.Ordinal));
        var text = Files.ReadUntil(master, ".");
        var pid = int.Parse(text[(text.IndexOf('=') + 1)..text.IndexOf('.')], System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(Errno.None, PidFd.TryOpen(pid, out var orphan));
        using (orphan)
        {
            File.WriteAllText(Path.Combine(keeper.TestDirectory, "fifo"), "");
            // A pidfd hangs up when its process was reaped.
            Await.Ready(orphan!.Fd, Readiness.None);
        }
    }

    [Fact]
    public void A_removed_session_is_reaped_when_it_ends()
    {
        using var keeper = RunningKeeper.Start();
        var daemon = keeper.NextReadyDaemon();
        var (spawned, master) = daemon.StartShell("s", "read x");
        Assert.Equal(Errno.None, daemon.AskError(new(ControlKind.Remove) { Name = "s" }));
        master.Write("\n"u8);
        Await.Ready(spawned.Descriptors[0], Readiness.None);
    }
}
