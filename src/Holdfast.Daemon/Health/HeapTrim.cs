namespace Holdfast.Daemon.Health;

/// <summary>
/// Gives back the memory of terminal models that were let go: nothing else here makes enough garbage for the collector to look at them soon, so a burst
/// of sessions would cost its megabytes for days. Owned by the host; called once a tick, on the loop.
/// </summary>
public sealed class HeapTrim
{
    // With a heap of this size a collection takes a few milliseconds, and there is little to give back.
    private const long WorthIt = 8L << 20;

    private int _held;
    private bool _due;

    /// <param name="held">Models in memory now.</param>
    public void OnTick(int held)
    {
        var falling = held < _held;
        _held = held;
        _due |= falling;
        // Once for a burst: while more of them go, it waits.
        if (!_due || falling)
            return;
        _due = false;
        if (GC.GetTotalMemory(forceFullCollection: false) > WorthIt)
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }
}
