using Holdfast.Linux.Processes;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Crash;

/// <summary>The keeper is killed while it starts a program: whoever asked is told, and nothing of it runs that nobody knows of.</summary>
public sealed class UnbornProgramTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_start_that_was_refused_for_a_lost_keeper_leaves_no_process(bool isBorn)
    {
        await using var daemon = new DaemonProcess();
        await using var client = await daemon.ConnectAsync();
        using var lease = FileLease.OnCopyOf("/bin/sh", daemon.Directory);
        var before = await client.StatusAsync();
        var request = daemon.Shell("unborn", "");
        request.Command.Clear();
        request.Command.AddRange([lease.Path, "-c", "trap '' HUP TERM; env -i setsid sh -c 'trap \"\" HUP; sleep 1000' & echo > born; while :; do wait; done"]);

        var creation = client.CreateAsync(request);
        var child = OwnedProcesses.ChildOf(before.KeeperPid, before.DaemonPid);
        if (isBorn)
        {
            // It can begin its work now, but the keeper can tell nobody.
            OwnedProcesses.Signal(before.KeeperPid, Signals.Stop);
            lease.Release();
            await AppearsAsync(Path.Combine(daemon.Directory, "born"));
        }
        OwnedProcesses.Kill(before.KeeperPid);

        var refused = await Assert.ThrowsAsync<HoldfastException>(() => creation.WaitAsync(DaemonProcess.Deadline));
        Assert.Equal(ErrorCode.KeeperUnavailable, refused.Code);
        if (isBorn)
            Assert.False(OwnedProcesses.IsAlive(child));
        // Without its terminal: hung up already, but perhaps not gone yet.
        await OwnedProcesses.EndOfAsync(child);
        lease.Release();
        var after = await client.StatusAsync();
        Assert.Equal(new[] { after.DaemonPid, after.KeeperPid }.Order(), daemon.Processes.Find().Order());
        Assert.Equal(before.DaemonPid, after.DaemonPid);

        // And the next try works.
        Assert.Equal("unborn", (await client.CreateAsync(request)).Name);
    }

    private static async Task AppearsAsync(string file)
    {
        using var deadline = new CancellationTokenSource(DaemonProcess.Deadline);
        while (!File.Exists(file))
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
