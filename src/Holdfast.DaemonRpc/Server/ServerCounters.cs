namespace Holdfast.DaemonRpc.Server;

/// <summary>What a daemon did so far. Owned by the server; counted from any thread.</summary>
internal sealed class ServerCounters
{
    private int _running;
    private long _served;
    private long _failed;
    private long _cancelled;
    private long _abandoned;

    public int Running => Volatile.Read(ref _running);

    public long Abandoned => Interlocked.Read(ref _abandoned);

    public void Begin() => Interlocked.Increment(ref _running);

    public void End()
    {
        Interlocked.Decrement(ref _running);
        Interlocked.Increment(ref _served);
    }

    public void Failed() => Interlocked.Increment(ref _failed);

    public void Cancelled() => Interlocked.Increment(ref _cancelled);

    public void AbandonedOne() => Interlocked.Increment(ref _abandoned);

    public IEnumerable<KeyValuePair<string, string>> Facts() =>
    [
        new("running", $"{Running}"),
        new("served", $"{Interlocked.Read(ref _served)}"),
        new("failed", $"{Interlocked.Read(ref _failed)}"),
        new("cancelled", $"{Interlocked.Read(ref _cancelled)}"),
        new("abandoned", $"{Abandoned}"),
    ];
}
