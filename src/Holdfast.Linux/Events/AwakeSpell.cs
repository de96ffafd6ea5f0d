using System.Diagnostics;

namespace Holdfast.Linux.Events;

/// <summary>
/// Staying awake for an answer that comes within microseconds, where that was measured to be sooner: on an idle machine falling asleep and being
/// woken costs more than the answer; where others want the processor, be it only the program that is to answer, it is the other way round.
/// Both ways are timed, the one that is sooner is taken, the other is tried now and then. Owned by one loop; its thread.
/// </summary>
/// <param name="yield">How others get the processor: sched_yield(2) where it is not given.</param>
/// <param name="clock">The monotonic clock where it is not given.</param>
public sealed class AwakeSpell(Action? yield = null, TimeProvider? clock = null)
{
    // So many waits of one way together: the first finds the processors as the other way left them, and says nothing.
    private const int Trial = 4;

    // Waits between two trials of the other way: more each time it is worse, because under load a trial may cost a time slice.
    private const int ShortestPause = 16;
    private const int LongestPause = 128;

    // So much longer than usual, and a trial is over.
    private const int Hopeless = 2;

    // Awake costs processor time: by so much it must be sooner.
    private const double Worth = 0.97;

    private readonly Action _yield = yield ?? (static () => Thread.Yield());
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly WaitTime _awake = new();
    private readonly WaitTime _asleep = new();
    private long _begun;
    private long _length;
    private long _until;
    private bool _isAwake = true;
    // Both ways are tried at first.
    private int _trialLeft = Trial;
    private int _pause = ShortestPause;
    private int _beforeTrial = 1;

    public bool IsOn => _until != 0;

    /// <summary>Whether to look is the way that is taken, and not only tried: nobody computes then who would keep the processor.</summary>
    public bool IsUsual => _isAwake && _trialLeft == 0;

    /// <summary>An answer is waited for from now on, awake for at most this time.</summary>
    public void Begin(TimeSpan time)
    {
        (_begun, _length) = (_clock.GetTimestamp(), Ticks(time));
        _isAwake = Choose();
        _until = _isAwake ? _begun + _length : 0;
    }

    /// <summary>Lets others have the processor for a moment, then it is time to look for the answer. False: fall asleep.</summary>
    public bool Yield()
    {
        if (!IsOn)
            return false;
        _yield();
        if (_clock.GetTimestamp() >= _until)
            _until = 0;
        return IsOn;
    }

    /// <summary>The wait is over, awake or asleep.</summary>
    public void End()
    {
        if (_begun == 0)
            return;
        // An answer that does not come at once says nothing of how it was waited for.
        var time = Math.Min(_clock.GetTimestamp() - _begun, _length);
        (_begun, _until) = (0, 0);
        if (_trialLeft != Trial)
            (_isAwake ? _awake : _asleep).Note(time);
        if (_trialLeft > 0)
            EndOfTry(time);
    }

    private bool Choose()
    {
        if (_trialLeft > 0)
            return _isAwake;
        var awake = _awake.Typical < _asleep.Typical * Worth;
        if (--_beforeTrial > 0)
            return awake;
        _trialLeft = Trial;
        return !awake;
    }

    private void EndOfTry(long time)
    {
        var (tried, usual) = _isAwake ? (_awake, _asleep) : (_asleep, _awake);
        _trialLeft = time > usual.Typical * Hopeless ? 0 : _trialLeft - 1;
        if (_trialLeft > 0)
            return;
        _pause = tried.Typical < usual.Typical ? ShortestPause : Math.Min(2 * _pause, LongestPause);
        _beforeTrial = double.IsFinite(usual.Typical) ? _pause : 1;
    }

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);
}
