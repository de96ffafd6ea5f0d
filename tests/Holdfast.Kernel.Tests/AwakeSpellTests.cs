using System.Diagnostics;
using Holdfast.Linux.Events;
using Xunit;

namespace Holdfast.Kernel.Tests;

/// <summary>Whether an answer is waited for awake or asleep: whichever was measured to be sooner, by a clock of the test's own.</summary>
public sealed class AwakeSpellTests
{
    private const int Yield = 5;
    private const int Long = 5000;
    private static readonly TimeSpan Longest = TimeSpan.FromMicroseconds(400);

    private readonly Clock _clock = new();
    private readonly AwakeSpell _spell;
    private int _yields;

    public AwakeSpellTests() => _spell = new AwakeSpell(PassTime, _clock);

    [Fact]
    public void It_ends_with_its_time_or_with_the_answer()
    {
        _spell.Begin(TimeSpan.FromMicroseconds(4 * Yield));
        Assert.True(_spell.IsOn);
        while (_spell.Yield())
            Assert.True(_spell.IsOn);
        Assert.Equal(4, _yields);
        Assert.False(_spell.Yield());
        Assert.Equal(4, _yields);

        _spell.Begin(Longest);
        Assert.True(_spell.Yield());
        _spell.End();
        Assert.False(_spell.IsOn);
        _spell.End();
    }

    [Theory]
    [InlineData(60, 80, 900, 1000)]
    [InlineData(80, 60, 0, 100)]
    // Awake costs processor time: for nothing it is not worth it.
    [InlineData(60, 60, 0, 150)]
    public void The_sooner_way_is_taken_nearly_always(int awake, int asleep, int least, int most) =>
        Assert.InRange(Awake(1000, _ => awake, asleep), least, most);

    [Fact]
    public void A_processor_that_is_away_now_and_then_changes_nothing() =>
        Assert.InRange(Awake(1000, wait => wait % 50 == 0 ? Long : 60, asleep: 90), 850, 1000);

    [Fact]
    public void Beside_somebody_who_computes_few_waits_lose_the_processor() =>
        Assert.InRange(Awake(2000, _ => Long, asleep: 100), 1, 40);

    [Fact]
    public void What_changes_is_found_out()
    {
        Assert.InRange(Awake(500, _ => 60, asleep: 90), 440, 500);
        Assert.InRange(Awake(500, _ => 90, asleep: 60), 0, 150);
        Assert.InRange(Awake(1000, _ => 60, asleep: 90), 500, 1000);
    }

    [Fact]
    public void Without_answers_it_falls_asleep_at_once_after_a_few_waits()
    {
        Awake(20, _ => Long, asleep: 100_000);
        Assert.InRange(Awake(1000, _ => Long, asleep: 100_000), 0, 100);
    }

    // So many waits, each as long as it is in its way; how many were awake.
    private int Awake(int waits, Func<int, int> awake, int asleep)
    {
        var count = 0;
        for (var i = 0; i < waits; i++)
        {
            _spell.Begin(Longest);
            var isAwake = _spell.IsOn;
            var time = isAwake ? awake(i) : asleep;
            count += isAwake ? 1 : 0;
            var answered = _clock.Now + TimeSpan.FromMicroseconds(time);
            while (_clock.Now < answered && _spell.Yield())
                continue;
            _clock.Now = answered > _clock.Now ? answered : _clock.Now;
            _spell.End();
        }

        return count;
    }

    private void PassTime()
    {
        _yields++;
        _clock.Now += TimeSpan.FromMicroseconds(Yield);
    }

    private sealed class Clock : TimeProvider
    {
        public TimeSpan Now = TimeSpan.FromHours(1);

        public override long TimestampFrequency => Stopwatch.Frequency;

        public override long GetTimestamp() => (long)(Now.TotalSeconds * Stopwatch.Frequency);
    }
}
