using Holdfast.Linux.Keeping;
using Holdfast.Linux.Processes;

namespace Holdfast.Keeper;

/// <summary>
/// Beats for the keeper, and kills a daemon that lives but does nothing. Owned by the keeper's loop for its life; that thread alone.
/// </summary>
internal sealed class BeatKeeper(KeeperOptions options, BeatPage page, EntryStore store, DaemonLink link, KeeperLog log)
{
    // A start reads journals and completes transfers before it beats.
    private const int StartTicks = 30;

    // Without processes nobody waits for a hung daemon but clients; with them, every program that writes stands still.
    private const int StaleTicks = 30;
    private const int StaleTicksWithProcesses = 5;

    // A daemon without a control channel can do nothing; it notices by itself, or is told so.
    private const int ChannelTicks = 5;

    private readonly BeatWatch _watch = new();
    private int _ticks;
    private int _ticksWithoutChannel;

    /// <summary>Another daemon begins.</summary>
    public void Begin()
    {
        _watch.Reset();
        _ticks = 0;
        _ticksWithoutChannel = 0;
        page.ReleaseKill();
    }

    public void Tick(ulong periods, KeptProcess? daemon, bool ready)
    {
        page.KeeperBeat++;
        if (daemon is null)
            return;
        _ticks++;
        _ticksWithoutChannel = link.Open || periods > 1 ? 0 : _ticksWithoutChannel + 1;
        if (!ready && _ticks <= StartTicks)
            _watch.Reset();
        else if (_watch.IsStale(periods, page.DaemonBeat, options.StaleTicks ?? (store.HoldsProcesses ? StaleTicksWithProcesses : StaleTicks)))
            Kill(daemon, $"missed-beats={_watch.Missed}");
        if (_ticksWithoutChannel >= ChannelTicks)
            Kill(daemon, "no-control-channel");
    }

    private void Kill(KeptProcess daemon, string why)
    {
        // Lost: the daemon found this keeper hanging first, and takes over. Also lost where it was killed a tick ago.
        if (!page.TryClaimKill(Environment.ProcessId))
            return;
        log.Error($"daemon-hangs pid={daemon.Pid} {why} action=SIGKILL");
        daemon.Signal(Signals.Kill, group: false);
    }
}
