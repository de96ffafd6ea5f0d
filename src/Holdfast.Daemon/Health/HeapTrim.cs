namespace Holdfast.Daemon.Health;

/// <summary>
/// Gives back the memory of terminal models that were let go: nothing else here makes enough garbage for the collector to look at them soon, so a burst
/// of sessions would cost its megabytes for days. Owned by the host; called once a tick, on the loop.
/// </summary>
public sealed class HeapTrim
{
    // With a heap of this size a collection takes a few milliseconds, and there is little to give back.
    private const long WorthIt = 8L << 20;

    private ulong _letGo;
    private bool _due;

    /// <param name="letGo">Models that were let go so far. Not those in memory now: many may have come and gone since the last tick.</param>
    public void OnTick(ulong letGo)
    {
        var more = letGo > _letGo;
        _letGo = letGo;
        _due |= more;
        // Once for a burst: while more of them go, it waits.
        if (!_due || more)
            return;
        _due = false;
        // A collection may have come just before: it empties the heap, but keeps its memory for more.
        if (Math.Max(GC.GetTotalMemory(forceFullCollection: false), GC.GetGCMemoryInfo().TotalCommittedBytes) > WorthIt)
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }
}
