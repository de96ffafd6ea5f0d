using Holdfast.Protocol.V1;

namespace Holdfast.Daemon.Flow;

/// <summary>
/// The backlog of one subscriber: frames sent and not acknowledged, the level that follows, and when the next frame may go. Time is given, so that
/// tests need no clock. Owned by its <see cref="Subscriber"/>, loop thread.
/// </summary>
public sealed class FlowState(FlowPolicy policy)
{
    private long _sentAt = long.MinValue / 2;

    public ulong Pending { get; private set; }

    public FlowLevel Level { get; private set; }

    /// <summary>Milliseconds until the next frame may be sent; 0: now.</summary>
    public long Wait(long now) => Math.Max(0, _sentAt + policy.IntervalOf(Level) - now);

    /// <summary>A frame went out. True: the level has changed.</summary>
    public bool OnSent(long now)
    {
        _sentAt = now;
        Pending++;
        return Update();
    }

    /// <summary>Frames were dealt with; more than are pending count as all of them. True: the level has changed.</summary>
    public bool OnAcknowledged(ulong count, out ulong taken)
    {
        taken = Math.Min(count, Pending);
        Pending -= taken;
        return Update();
    }

    private bool Update()
    {
        var level = policy.LevelOf(Pending);
        if (level == Level)
            return false;
        Level = level;
        return true;
    }
}
