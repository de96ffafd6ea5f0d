using System.Diagnostics;

namespace Holdfast.Linux.Events;

/// <summary>
/// Staying awake for an answer that comes within microseconds: on an idle machine, falling asleep and being woken costs more than the answer.
/// Where others want the processor it is the other way round (who sleeps is woken ahead of them, who yields waits behind them), so a long wait
/// for the processor ends the spell, and several within a few spells bar the next ones: a few at first, more each time it goes on. Owned by one loop; its thread.
/// </summary>
/// <param name="yield">How others get the processor: sched_yield(2) where it is not given.</param>
/// <param name="clock">The monotonic clock where it is not given.</param>
public sealed class AwakeSpell(Action? yield = null, TimeProvider? clock = null)
{
    // A program that computes keeps a yielded processor for its time slice, 0.7 ms and more; an answer that is short in coming rarely takes this long.
    private static readonly long LongLoss = Ticks(TimeSpan.FromMicroseconds(200));

    // One may be the hypervisor's doing, which a virtual machine cannot tell. Two within five spells are somebody who computes; a spell
    // takes one off. The first spells behind a bar are under suspicion still: one loss bars again.
    private const int Strike = 8;
    private const int Most = 12;

    // In spells, because what a loss costs is a spell's: somebody who computes for a moment bars hardly anything, somebody who goes on costs
    // one spell in so many.
    private const int ShortestBar = 8;
    private const int LongestBar = 256;

    private readonly Action _yield = yield ?? (static () => Thread.Yield());
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private long _until;
    private long _last;
    private int _barred;
    private int _bar = ShortestBar;
    private int _strikes;

    public bool IsOn => _until != 0;

    /// <summary>Begins a spell of this length, unless spells are barred.</summary>
    public void Begin(TimeSpan time)
    {
        _last = 0;
        if (_barred > 0)
        {
            _barred--;
            _until = 0;
            return;
        }
        _until = _clock.GetTimestamp() + Ticks(time);
        _strikes = Math.Max(0, _strikes - 1);
        if (_strikes == 0)
            _bar = Math.Max(ShortestBar, _bar / 2);
    }

    public void End()
    {
        if (IsOn)
            Look();
        _until = 0;
    }

    /// <summary>Lets others have the processor for a moment. False, and the spell is over, where its time is up or they kept it long.</summary>
    public bool Yield()
    {
        if (_last == 0)
            Look();
        _yield();
        var kept = Look();
        if (!kept || _last >= _until)
            _until = 0;
        return IsOn;
    }

    // False where the processor was with somebody else for long since the last look, given away or taken.
    private bool Look()
    {
        var now = _clock.GetTimestamp();
        var isLost = _last != 0 && now - _last >= LongLoss;
        _last = now;
        if (!isLost)
            return true;
        _strikes += Strike;
        if (_strikes >= Most)
            (_barred, _bar, _strikes) = (_bar, Math.Min(2 * _bar, LongestBar), Strike);
        return false;
    }

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);
}
