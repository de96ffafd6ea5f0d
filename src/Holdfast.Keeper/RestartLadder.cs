namespace Holdfast.Keeper;

/// <summary>
/// How long to wait before the next start of a daemon that crashed: longer with each crash of the last five minutes.
/// Owned by the supervisor; loop thread only.
/// </summary>
internal sealed class RestartLadder(IReadOnlyList<TimeSpan> delays)
{
    // Crashes further apart are each a first one: a fault once an hour must not add up to giving up.
    private const long WindowMilliseconds = 5 * 60 * 1000;

    // More than these within the window, and starting again has shown to be useless.
    private const int MaxCrashes = 5;

    private readonly Queue<long> _crashes = new();

    public int RecentCrashes => _crashes.Count;

    public bool Spent => _crashes.Count > MaxCrashes;

    /// <summary>The times of the crashes that count.</summary>
    public long[] Crashes
    {
        get => [.. _crashes];
        init => Array.ForEach(value, _crashes.Enqueue);
    }

    /// <summary>A crash at this time of the monotonic clock; the wait before the next start.</summary>
    public TimeSpan Crashed(long now)
    {
        _crashes.Enqueue(now);
        while (now - _crashes.Peek() > WindowMilliseconds)
            _crashes.Dequeue();
        return delays[Math.Min(_crashes.Count, delays.Count) - 1];
    }
}
