using Holdfast.Daemon.Clients;
using Holdfast.Linux.Events;

namespace Holdfast.Daemon.Flow;

/// <summary>
/// One connection's reading of one session: a cursor into the ring. No queue: what it has not got yet is in the ring. Owned by the session's
/// <see cref="SubscriberSet"/>, loop thread.
/// </summary>
public sealed class Subscriber(ClientConnection connection, ulong cursor, int slot, bool acknowledges, FlowPolicy policy)
{
    // How long, in all, a reader that makes progress may hold the program back before it is told of a gap instead. Renewed when it has
    // caught up: a reader that was only unlucky with the scheduler loses nothing, one that is too slow costs this once.
    private const long PatienceMilliseconds = 1000;

    // A reader that has not moved for so long is stopped, not slow, and holds nobody.
    private const long StoppedAfterMilliseconds = 200;

    private long _patience = PatienceMilliseconds;
    private long _holdingSince;

    public ClientConnection Connection { get; } = connection;

    /// <summary>The next byte to send.</summary>
    public ulong Cursor { get; set; } = cursor;

    /// <summary>What this reader makes of the output; decides whether it gets the screen.</summary>
    public ScreenWish Wish { get; init; }

    /// <summary>The terminal that its client lends with key presses, or null.</summary>
    public TerminalLoan? Loan { get; init; }

    /// <summary>Its place in the table that survives the daemon, or -1.</summary>
    public int Slot { get; } = slot;

    /// <summary>It said that it will acknowledge frames; otherwise the socket's taking them does.</summary>
    public bool Acknowledges { get; } = acknowledges;

    public FlowState Flow { get; } = new(policy);

    /// <summary>What its timer does. Made once: this is on the way of every frame.</summary>
    public required Action ServeAgain { get; init; }

    /// <summary>Serves it again when its interval is over.</summary>
    public LoopTimer? Retry { get; set; }

    public ulong SentBytes { get; set; }

    public ulong GapBytes { get; set; }

    public uint Gaps { get; set; }

    /// <summary>The answer to its attach was sent.</summary>
    public bool Begun { get; set; }

    public long LastProgress { get; set; } = Reactor.Now;

    public bool ExitTold { get; set; }

    public bool ClosedTold { get; set; }

    public void CaughtUp()
    {
        _patience = PatienceMilliseconds;
        _holdingSince = 0;
    }

    /// <summary>Whether output may wait for this reader now; asking costs it the time since it asked last.</summary>
    public bool MayHold()
    {
        var now = Reactor.Now;
        if (now - LastProgress > StoppedAfterMilliseconds)
            return false;
        if (_holdingSince != 0)
            _patience -= now - _holdingSince;
        _holdingSince = now;
        return _patience > 0;
    }

    public void NotHolding() => _holdingSince = 0;
}
