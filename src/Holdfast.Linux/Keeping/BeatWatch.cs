namespace Holdfast.Linux.Keeping;

/// <summary>
/// Decides that a peer hangs by counting own punctual ticks during which its beat did not change, never by the clock: when a whole
/// machine was frozen, the first late tick starts the count anew, so that thawing kills nobody. Loop thread only.
/// </summary>
public sealed class BeatWatch
{
    private ulong _lastBeat;
    private int _missed;

    /// <summary>Punctual ticks since the beat last changed.</summary>
    public int Missed => _missed;

    /// <summary>One tick of the own timer.</summary>
    /// <param name="periods">Periods that ended since the last tick; more than one: this process stood still itself.</param>
    /// <param name="beat">The peer's counter now.</param>
    /// <param name="staleAfter">How many missed ticks make a peer stale.</param>
    public bool IsStale(ulong periods, ulong beat, int staleAfter)
    {
        var late = periods > 1;
        _missed = late || beat != _lastBeat ? 0 : _missed + 1;
        _lastBeat = beat;
        return _missed >= staleAfter;
    }

    /// <summary>Another peer begins.</summary>
    public void Reset() => _missed = 0;
}
