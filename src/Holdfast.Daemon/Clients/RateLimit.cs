namespace Holdfast.Daemon.Clients;

/// <summary>
/// So many in a second, with as many more saved up from a quiet time. Time is given, so that tests need no clock. Owned by the
/// <see cref="ClientServer"/>, loop thread.
/// </summary>
public sealed class RateLimit(int perSecond)
{
    private const long Thousand = 1000;

    // In thousandths, so that every millisecond counts.
    private long _saved = perSecond * Thousand;
    private long _at;

    /// <summary>How many of the last second's count still.</summary>
    public ulong Used => (ulong)(perSecond - (_saved / Thousand));

    public bool TryTake(long now)
    {
        _saved = Math.Min(perSecond * Thousand, _saved + (Math.Min(now - _at, Thousand) * perSecond));
        _at = now;
        if (_saved < Thousand)
            return false;
        _saved -= Thousand;
        return true;
    }
}
