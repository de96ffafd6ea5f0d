using System.Text;
using Google.Protobuf;
using Holdfast.Daemon.Health;
using Holdfast.Daemon.Keepers;
using Holdfast.Daemon.Sessions;
using Holdfast.Linux;
using Holdfast.Linux.Events;
using Holdfast.Linux.Keeping;
using Holdfast.Linux.Processes;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;
using Microsoft.Extensions.Logging;

namespace Holdfast.Daemon.Upgrades;

/// <summary>
/// Replaces keeper and daemon by other programs: everything is checked first, then the keeper becomes the new one, then it is told which
/// daemon to try next. Owned by the host, loop thread, lives as long as the daemon.
/// </summary>
public sealed class DaemonUpgrade(Reactor reactor, KeeperLink keeper, KeeperGuard guard, SessionTable sessions, ILogger log)
{
    // A start reads journals and completes transfers; clients wait meanwhile, and the former program can serve them.
    private static readonly TimeSpan DefaultReadyPatience = TimeSpan.FromSeconds(10);

    // From the keeper's last word to the first of the program that it became.
    private static readonly TimeSpan HelloPatience = TimeSpan.FromSeconds(10);

    // A preflight takes five seconds at most, a settled moment two more.
    private static readonly TimeSpan BusyPatience = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan BusyPause = TimeSpan.FromMilliseconds(50);

    // A file system may hang; the answer to the client may not.
    private static readonly TimeSpan CheckPatience = TimeSpan.FromSeconds(10);

    private bool _busy;

    /// <summary>The last one, and how it ended; null where there was none.</summary>
    public UpgradeFacts? Last { get; private set; }

    private static TimeSpan ReadyPatience =>
        int.TryParse(Environment.GetEnvironmentVariable("HOLDFAST_UPGRADE_READY_MS"), out var set) && set > 0 ? TimeSpan.FromMilliseconds(set) : DefaultReadyPatience;

    /// <summary>The keeper says what became of the upgrade that this daemon, or its predecessor, asked for.</summary>
    public void OnWelcome(ControlMessage welcome)
    {
        if ((welcome.Flags & (ControlFlags.Proposed | ControlFlags.Undone)) == 0)
            return;
        try
        {
            Last = UpgradeFacts.Parser.ParseFrom(welcome.Note.Span);
        }
        catch (InvalidProtocolBufferException)
        {
            // Of another version, and of no use but to be told.
            return;
        }
        Last.State = (welcome.Flags & ControlFlags.Undone) != 0 ? UpgradeState.UpgradeUndone : UpgradeState.UpgradeDone;
        Last.Reason = welcome.Name;
        if (Last.State == UpgradeState.UpgradeUndone)
            log.UpgradeUndone(Last.Id, Last.Program, Last.Reason);
        else
            log.UpgradeDone(Last.Id, Last.FromBuild, Last.Program);
    }

    /// <summary>All but the leaving. Afterwards the keeper starts the new program as soon as this daemon ends, however it does.</summary>
    /// <exception cref="HoldfastException">UPGRADE_REFUSED: nothing was changed. UPGRADE_FAILED: the new keeper did not come up.</exception>
    public async Task<UpgradeAnswer> PrepareAsync(UpgradeRequest request)
    {
        if (_busy)
            throw ProgramCheck.Refused("another upgrade is under way");
        _busy = true;
        try
        {
            return await CheckedAsync(request);
        }
        catch (HoldfastException e)
        {
            _busy = false;
            log.UpgradeRefused(request.Id, e.Message);
            throw;
        }
        catch
        {
            _busy = false;
            throw;
        }
    }

    private async Task<UpgradeAnswer> CheckedAsync(UpgradeRequest request)
    {
        using var daemonImage = await AsideAsync(() => ProgramCheck.Open(request.Daemon), request.Daemon);
        using var keeperImage = await AsideAsync(() => ProgramCheck.Open(request.Keeper), request.Keeper);
        var sameKeeper = ProgramCheck.IsSame(keeperImage, $"/proc/{keeper.KeeperPid}/exe");
        if (sameKeeper && ProgramCheck.IsSame(daemonImage, "/proc/self/exe") && !request.Force)
        {
            _busy = false;
            return new UpgradeAnswer { Unchanged = true, ToVersion = BuildFacts.Version, ToBuild = BuildFacts.Build };
        }
        var needs = LayoutNeeds.Of(sessions.All);
        var next = await AsideAsync(() => ProgramCheck.Ask(request.Daemon, needs), request.Daemon);
        var renew = !sameKeeper || request.Force;
        if (renew)
            await RenewKeeperAsync(request.Keeper, keeperImage);
        var facts = new UpgradeFacts
        {
            Id = request.Id,
            Program = request.Daemon,
            FromVersion = BuildFacts.Version,
            FromBuild = BuildFacts.Build,
            ToVersion = next.Version,
            ToBuild = next.Build,
            KeeperRenewed = renew,
        };
        using var own = ProgramImage.OpenOwn();
        if (await keeper.ProposeAsync(request.Daemon, own, ReadyPatience, facts.ToByteArray()) is var error && error != Errno.None)
            throw ProgramCheck.Refused($"the keeper does not take another daemon ({error})");
        log.UpgradeBegins(request.Id, request.Daemon, next.Build, renew ? "renewed" : "the same");
        return new UpgradeAnswer { ToVersion = next.Version, ToBuild = next.Build, KeeperRenewed = renew };
    }

    private async Task RenewKeeperAsync(string path, Fd image)
    {
        LoopTimer? hello = null;
        var executed = false;
        keeper.Executing = () =>
        {
            executed = true;
            hello = reactor.After(HelloPatience, guard.Kill);
        };
        var reply = await ReexecuteAsync(path, image);
        keeper.Executing = null;
        hello?.Cancel();
        var reason = Encoding.UTF8.GetString(reply.Message.Note.Span);
        switch (reply.Error)
        {
            case Errno.None:
                return;
            case Errno.ENOSYS when reason.Length == 0:
                throw ProgramCheck.Refused("the running keeper is of a version that knows no upgrades");
            case Errno.ECONNRESET:
                throw new HoldfastException(ErrorCode.UpgradeFailed, $"the keeper died on its way to {path}; another one of the present version took over");
            default:
                throw new HoldfastException(
                    executed ? ErrorCode.UpgradeFailed : ErrorCode.UpgradeRefused, $"the keeper does not become {path} ({reply.Error}): {reason}");
        }
    }

    // The keeper may still be at what a daemon had asked for that was killed since: that ends by itself.
    private async Task<KeeperLink.Reply> ReexecuteAsync(string path, Fd image)
    {
        var until = Reactor.Now + (long)BusyPatience.TotalMilliseconds;
        while (true)
        {
            var reply = await keeper.ReexecuteAsync(path, image);
            if (reply.Error != Errno.EBUSY || Reactor.Now >= until)
                return reply;
            var pause = new TaskCompletionSource();
            reactor.After(BusyPause, pause.SetResult);
            await pause.Task;
        }
    }

    private static async Task<T> AsideAsync<T>(Func<T> work, string path)
    {
        try
        {
            return await Task.Run(work).WaitAsync(CheckPatience);
        }
        catch (TimeoutException)
        {
            throw ProgramCheck.Refused($"{path} did not answer within {CheckPatience.TotalSeconds:0} s; a file system may hang");
        }
    }
}
