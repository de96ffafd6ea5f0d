using System.Diagnostics;
using Holdfast.Cli.Output;
using Holdfast.Client;
using Holdfast.DaemonRpc.Lifecycle;
using Holdfast.Linux;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Cli.Sessions;

/// <summary>
/// One upgrade as the command line sees it: asks the daemon, waits for its successor, and finds out which program that is. Used once; main thread.
/// </summary>
internal sealed class Upgrade(string program, bool force)
{
    // The new daemon's time, the way back, and a machine that is busy.
    private static readonly TimeSpan SuccessorDeadline = TimeSpan.FromSeconds(30);

    // A daemon that is killed in the middle has a successor that knows nothing of it.
    private const int MaxAttempts = 3;

    private readonly LogTail _logs = new(DaemonPaths.FromEnvironment());
    private readonly string _id = RandomBytes.Hex(8);

    /// <summary>Null where no daemon runs.</summary>
    /// <exception cref="HoldfastException">UPGRADE_REFUSED, UPGRADE_FAILED.</exception>
    public async Task<UpgradeRow?> RunAsync(CancellationToken cancellation)
    {
        var former = new Welcome();
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var left = Stopwatch.GetTimestamp();
            await using (var client = await DaemonAccess.FindAsync(reconnect: false, cancellation))
            {
                if (client is null)
                    return null;
                former = client.Daemon;
                var answer = await AskAsync(client, cancellation);
                if (answer is { Unchanged: true })
                    return Row(await client.StatusAsync(cancellation), new UpgradeFacts { Program = program, FromVersion = answer.ToVersion, FromBuild = answer.ToBuild, ToVersion = answer.ToVersion, ToBuild = answer.ToBuild }, changed: false, 0);
                if (answer is not null)
                    await EndOfAsync(client, cancellation);
                left = Stopwatch.GetTimestamp();
            }
            var status = await SuccessorAsync(former.DaemonPid, cancellation);
            var downtime = (long)Stopwatch.GetElapsedTime(left).TotalMilliseconds;
            if (status.Upgrade is { } facts && facts.Id == _id)
                return facts.State == UpgradeState.UpgradeDone ? Row(status, facts, changed: true, downtime) : throw Undone(facts);
        }
        throw new HoldfastException(ErrorCode.UpgradeFailed, $"{MaxAttempts} daemons ended while they prepared the upgrade");
    }

    // Null: the daemon was lost before it answered.
    private async Task<UpgradeAnswer?> AskAsync(HoldfastClient client, CancellationToken cancellation)
    {
        var keeper = Path.Combine(Path.GetDirectoryName(program)!, "holdfast-keeper");
        try
        {
            return await client.UpgradeAsync(new UpgradeRequest { Id = _id, Daemon = program, Keeper = keeper, Force = force }, cancellation);
        }
        catch (HoldfastException e) when (e.Code == ErrorCode.DaemonUnavailable)
        {
            return null;
        }
        catch (HoldfastException e) when (e.Code == ErrorCode.RequestUnknown)
        {
            throw new HoldfastException(
                ErrorCode.UpgradeRefused, $"the running daemon ({client.Daemon.Build}) knows no upgrades", "`holdfast daemon stop --kill-sessions` ends it with its sessions; the next command starts the new one.", e);
        }
    }

    private static async Task<StatusAnswer> SuccessorAsync(int former, CancellationToken cancellation)
    {
        var begun = Stopwatch.GetTimestamp();
        while (true)
        {
            // The socket is the keeper's: a connection waits in its backlog until a daemon serves.
            await using var next = await DaemonAccess.FollowAsync(SuccessorDeadline, cancellation);
            if (next.Daemon.DaemonPid != former)
                return await next.StatusAsync(cancellation);
            if (Stopwatch.GetElapsedTime(begun) > SuccessorDeadline)
                throw new HoldfastException(ErrorCode.UpgradeFailed, $"the daemon {former} agreed to leave and has not ended");
        }
    }

    private static async Task EndOfAsync(HoldfastClient client, CancellationToken cancellation)
    {
        try
        {
            await client.Ended.WaitAsync(SuccessorDeadline, cancellation);
        }
        catch (TimeoutException e)
        {
            throw new HoldfastException(ErrorCode.UpgradeFailed, $"the daemon {client.Daemon.DaemonPid} agreed to leave and has not ended", null, e);
        }
    }

    private HoldfastException Undone(UpgradeFacts facts) => new(
        ErrorCode.UpgradeFailed,
        $"the daemon is {facts.FromBuild} again: {facts.Program} did not come up: {facts.Reason}",
        _logs.Read() is { Length: > 0 } tail ? $"Sessions go on. What was logged meanwhile:\n{tail}" : null);

    private static UpgradeRow Row(StatusAnswer status, UpgradeFacts facts, bool changed, long downtime) => new(
        changed, facts.Program, facts.FromVersion, facts.FromBuild, facts.ToVersion, facts.ToBuild, status.DaemonPid, status.KeeperPid, facts.KeeperRenewed, status.Sessions, downtime);
}
