using Holdfast.Client;
using Holdfast.Protocol.V1;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Crash;

/// <summary>Kills daemons and keepers and waits for their successors. Owned by one test; one task. Asks through the test's own client.</summary>
internal sealed class Assassin(HoldfastClient client)
{
    public int DaemonKills { get; private set; }

    public int KeeperKills { get; private set; }

    /// <summary>Bytes that daemons completed for those killed before them.</summary>
    public ulong RecoveredBytes { get; private set; }

    /// <summary>Kills after which there were such bytes.</summary>
    public int RoundsWithRecovery { get; private set; }

    /// <summary>Kills the daemon and waits until the next one answers.</summary>
    public async Task<StatusAnswer> KillDaemonAsync()
    {
        var before = await client.StatusAsync();
        OwnedProcesses.Kill(before.DaemonPid);
        return await NextDaemonAsync(before);
    }

    /// <summary>Kills the daemon, and the next one as soon as it exists: in the middle of its start.</summary>
    public async Task<StatusAnswer> KillDaemonTwiceAsync()
    {
        var before = await client.StatusAsync();
        OwnedProcesses.Kill(before.DaemonPid);
        OwnedProcesses.Kill(NewbornOf(before));
        DaemonKills++;
        return await NextDaemonAsync(before);
    }

    /// <summary>Kills the keeper and waits until the next one stands and holds everything.</summary>
    public async Task<StatusAnswer> KillKeeperAsync()
    {
        var before = await client.StatusAsync();
        OwnedProcesses.Kill(before.KeeperPid);
        KeeperKills++;
        using var deadline = new CancellationTokenSource(DaemonProcess.Deadline);
        while (true)
        {
            var after = await client.StatusAsync(deadline.Token);
            if (after.KeeperPid == before.KeeperPid)
                continue;
            Assert.Equal(before.DaemonPid, after.DaemonPid);
            return after;
        }
    }

    private async Task<StatusAnswer> NextDaemonAsync(StatusAnswer before)
    {
        DaemonKills++;
        // The client reconnects by itself and asks again.
        var after = await client.StatusAsync().WaitAsync(DaemonProcess.Deadline);
        Assert.NotEqual(before.DaemonPid, after.DaemonPid);
        Assert.Equal(before.KeeperPid, after.KeeperPid);
        RecoveredBytes += after.RecoveredBytes;
        RoundsWithRecovery += after.RecoveredBytes > 0 ? 1 : 0;
        return after;
    }

    // Nothing announces a process: the kernel's list of children is asked until it is there.
    private static int NewbornOf(StatusAnswer before)
    {
        var until = Environment.TickCount64 + (long)DaemonProcess.Deadline.TotalMilliseconds;
        while (Environment.TickCount64 < until)
        {
            foreach (var thread in Directory.EnumerateDirectories($"/proc/{before.KeeperPid}/task"))
            {
                foreach (var child in File.ReadAllText($"{thread}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                {
                    var pid = int.Parse(child);
                    if (pid != before.DaemonPid && ProgramOf(pid) == ProductBinaries.Cli)
                        return pid;
                }
            }
        }
        throw new TimeoutException("no next daemon appeared");
    }

    private static string? ProgramOf(int pid)
    {
        try
        {
            return File.ResolveLinkTarget($"/proc/{pid}/exe", returnFinalTarget: false)?.FullName;
        }
        catch (IOException)
        {
            // It ended meanwhile.
            return null;
        }
    }
}
