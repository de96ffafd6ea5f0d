using Holdfast.Client;
using Holdfast.Linux.Events;
using Holdfast.Linux.Processes;
using Holdfast.Protocol.V1;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Crash;

/// <summary>A daemon or keeper that hangs is replaced by the other; a machine that froze as a whole kills nobody.</summary>
public sealed class FrozenPeerTests
{
    // Staleness after a second of missed beats: long against a loaded machine's hiccups, short for a test.
    private static DaemonProcess Impatient() => new(("HOLDFAST_TICK_MS", "50"), ("HOLDFAST_STALE_TICKS", "20"));

    [Fact]
    public async Task A_keeper_that_hangs_is_replaced_and_no_session_notices()
    {
        await using var daemon = Impatient();
        await using var load = await NumberedLoad.StartAsync(daemon, 9_999_999_999, tail: false);
        var before = await load.Control.StatusAsync();
        OwnedProcesses.Signal(before.KeeperPid, Signals.Stop);
        await OwnedProcesses.EndOfAsync(before.KeeperPid);
        var after = await StatusWhenAsync(load.Control, s => s.KeeperPid != before.KeeperPid);
        Assert.Equal(before.DaemonPid, after.DaemonPid);
        await load.ReachedAsync(load.Bytes + 1_000_000);
        Assert.Equal(6, (await daemon.CliAsync("run", "--", "sh", "-c", "exit 6")).ExitCode);
    }

    [Fact]
    public async Task A_daemon_that_hangs_is_replaced_and_no_byte_is_lost()
    {
        await using var daemon = Impatient();
        await using var load = await NumberedLoad.StartAsync(daemon, 9_999_999_999, tail: false);
        var before = await load.Control.StatusAsync();
        OwnedProcesses.Signal(before.DaemonPid, Signals.Stop);
        await OwnedProcesses.EndOfAsync(before.DaemonPid);
        var after = await load.Control.StatusAsync().WaitAsync(DaemonProcess.Deadline);
        Assert.NotEqual(before.DaemonPid, after.DaemonPid);
        Assert.Equal(before.KeeperPid, after.KeeperPid);
        await load.ReachedAsync(load.Bytes + 1_000_000);
    }

    [Fact]
    public async Task Both_frozen_and_thawed_kill_nobody()
    {
        await using var daemon = Impatient();
        await using var client = await daemon.ConnectAsync();
        var before = await client.StatusAsync();
        foreach (var pid in (int[])[before.DaemonPid, before.KeeperPid])
            OwnedProcesses.Signal(pid, Signals.Stop);
        // Twice what makes a peer stale.
        using (var frozen = new TimerFd())
        {
            frozen.SetPeriod(TimeSpan.FromSeconds(2));
            Transfers.ReaderProcess.Await(frozen.Fd, DaemonProcess.Deadline);
        }
        foreach (var pid in (int[])[before.KeeperPid, before.DaemonPid])
            OwnedProcesses.Signal(pid, Signals.Continue);
        // Long enough for a wrong verdict to be carried out.
        var thawed = await client.StatusAsync();
        var after = await StatusWhenAsync(client, s => s.UptimeMs > thawed.UptimeMs + 2000);
        Assert.Equal((before.DaemonPid, before.KeeperPid), (after.DaemonPid, after.KeeperPid));
        Assert.Equal((0u, 0u), (after.Restarts, after.KeeperRestarts));
    }

    private static async Task<StatusAnswer> StatusWhenAsync(HoldfastClient client, Func<StatusAnswer, bool> holds)
    {
        using var deadline = new CancellationTokenSource(DaemonProcess.Deadline);
        while (true)
        {
            var status = await client.StatusAsync(deadline.Token);
            if (holds(status))
                return status;
        }
    }
}
