using Holdfast.Linux.Keeping;
using Xunit;

namespace Holdfast.Kernel.Tests;

/// <summary>Who is taken for dead, and who may kill whom.</summary>
public sealed class BeatTests
{
    private const int StaleAfter = 5;

    [Fact]
    public void A_peer_is_stale_after_so_many_punctual_ticks_without_a_beat_and_not_one_earlier()
    {
        var watch = new BeatWatch();
        watch.IsStale(1, 7, StaleAfter);
        for (var tick = 1; tick < StaleAfter; tick++)
            Assert.False(watch.IsStale(1, 7, StaleAfter));

        Assert.True(watch.IsStale(1, 7, StaleAfter));
    }

    [Fact]
    public void A_beat_or_a_late_tick_or_another_peer_starts_the_count_anew()
    {
        var watch = new BeatWatch();
        watch.IsStale(1, 1, StaleAfter);
        watch.IsStale(1, 1, StaleAfter);
        Assert.Equal(1, watch.Missed);
        watch.IsStale(1, 2, StaleAfter);
        Assert.Equal(0, watch.Missed);
        watch.IsStale(1, 2, StaleAfter);
        watch.IsStale(2, 2, StaleAfter);
        Assert.Equal(0, watch.Missed);
        watch.IsStale(1, 2, StaleAfter);
        watch.Reset();
        Assert.Equal(0, watch.Missed);
    }

    [Fact]
    public void When_both_are_frozen_and_thawed_in_any_order_nobody_is_killed_where_a_clock_would_kill()
    {
        var killedByTicks = 0;
        var killedByClock = 0;
        for (var seed = 0; seed < 200; seed++)
        {
            killedByTicks += FreezeAndThaw(new Random(seed), byClock: false);
            killedByClock += FreezeAndThaw(new Random(seed), byClock: true);
        }

        Assert.Equal(0, killedByTicks);
        Assert.True(killedByClock > 0, "the simulation does not catch the clock, so it proves nothing");
    }

    [Fact]
    public void A_peer_that_really_hangs_is_found_after_a_freeze_too()
    {
        var watch = new BeatWatch();
        watch.IsStale(1, 1, StaleAfter);
        watch.IsStale(100, 1, StaleAfter);
        var ticks = 1;
        while (!watch.IsStale(1, 1, StaleAfter))
            ticks++;

        Assert.Equal(StaleAfter, ticks);
    }

    [Fact]
    public void Both_sides_see_each_others_beats_in_one_page()
    {
        using var keeper = BeatPage.Create();
        using var daemon = BeatPage.Adopt(keeper.Fd.Duplicate());
        daemon.DaemonBeat = 5;
        keeper.KeeperBeat = 9;

        Assert.Equal((5UL, 9UL), (keeper.DaemonBeat, daemon.KeeperBeat));
    }

    [Fact]
    public void Only_one_side_ever_wins_the_right_to_kill_until_it_is_given_back()
    {
        using var keeper = BeatPage.Create();
        using var daemon = BeatPage.Adopt(keeper.Fd.Duplicate());
        for (var round = 0; round < 500; round++)
        {
            var wins = 0;
            using var start = new Barrier(2);
            var sides = new[] { keeper, daemon }.Select((side, i) => new Thread(() =>
            {
                start.SignalAndWait();
                if (side.TryClaimKill(100 + i))
                    Interlocked.Increment(ref wins);
            })).ToList();
            sides.ForEach(s => s.Start());
            sides.ForEach(s => s.Join());
            Assert.Equal(1, wins);
            Assert.False(keeper.TryClaimKill(1));
            daemon.ReleaseKill();
        }
    }

    // Two loops of one period each; both stand still for the same long time and wake in a random order. A loop that wakes sees one
    // late tick, as a timer descriptor reports it, and beats after it has looked. Returns how many would have been killed.
    private static int FreezeAndThaw(Random random, bool byClock)
    {
        var beats = new ulong[2];
        var lastSeen = new ulong[2];
        var seenAt = new long[2];
        var lastTick = new long[2];
        var watches = new[] { new BeatWatch(), new BeatWatch() };
        var killed = 0;
        long now = 0;
        for (var period = 0; period < 100; period++)
        {
            now += period % 20 == 19 ? random.Next(StaleAfter, 1000) : 1;
            var first = random.Next(2);
            foreach (var self in new[] { first, 1 - first })
            {
                var peer = 1 - self;
                var periods = (ulong)(now - lastTick[self]);
                lastTick[self] = now;
                if (beats[peer] != lastSeen[self])
                    (lastSeen[self], seenAt[self]) = (beats[peer], now);
                var stale = watches[self].IsStale(periods, beats[peer], StaleAfter);
                killed += (byClock ? now - seenAt[self] >= StaleAfter : stale) ? 1 : 0;
                beats[self]++;
            }
        }
        return killed;
    }
}
