using System.Diagnostics;

namespace Holdfast.Linux.Events;

/// <summary>
/// Staying awake for an answer that comes within microseconds: on an idle machine, falling asleep and being woken costs more than the answer.
/// Where others want the processor it is the other way round (who sleeps is woken ahead of them, who yields waits behind them), so a long yield ends
/// the spell and bars the next ones for a while. Owned by one loop; its thread.
/// </summary>
/// <param name="yield">How others get the processor: sched_yield(2) where it is not given.</param>
public sealed class AwakeSpell(Action? yield = null)
{
    // A program that computes keeps a yielded processor for its time slice, 0.7 ms and more; what the kernel itself does in between is far shorter.
    private static readonly long LongYield = Ticks(TimeSpan.FromMicroseconds(200));

    private static readonly long Bar = Ticks(TimeSpan.FromSeconds(2));

    private readonly Action _yield = yield ?? (static () => Thread.Yield());
    private long _until;
    private long _barredUntil;

    public bool IsOn => _until != 0;

    /// <summary>Begins a spell of this length.</summary>
    public void Begin(TimeSpan time)
    {
        var now = Stopwatch.GetTimestamp();
        _until = now < _barredUntil ? 0 : now + Ticks(time);
    }

    public void End() => _until = 0;

    /// <summary>Lets others have the processor for a moment. False, and the spell is over, where its time is up or they kept it long.</summary>
    public bool Yield()
    {
        var before = Stopwatch.GetTimestamp();
        if (before >= _until)
            return Stop();
        _yield();
        var after = Stopwatch.GetTimestamp();
        if (after - before < LongYield)
            return true;
        _barredUntil = after + Bar;
        return Stop();
    }

    private bool Stop()
    {
        _until = 0;
        return false;
    }

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);
}
