using System.Diagnostics;
using Holdfast.Linux;
using Holdfast.Linux.Events;
using Holdfast.Linux.Files;
using Xunit;

namespace Holdfast.Kernel.Tests;

/// <summary>epoll, eventfd, timerfd and the loop over them.</summary>
public sealed class EventTests
{
    [Fact]
    public void Epoll_reports_what_was_added_with_its_token_and_nothing_after_removal()
    {
        using var epoll = new Epoll();
        using var bell = new EventFd();
        epoll.Add(bell.Fd, Readiness.Readable, 0xFEED_0000_0000_0001);
        Assert.Equal(0, epoll.Wait(0));
        bell.Ring();

        Assert.Equal(1, epoll.Wait(Await.Milliseconds));
        Assert.Equal(new ReadyEvent(Readiness.Readable, 0xFEED_0000_0000_0001), epoll[0]);
        Assert.Equal(1, epoll.Wait(0));
        epoll.Remove(bell.Fd);
        Assert.Equal(0, epoll.Wait(0));
    }

    [Fact]
    public void Epoll_hears_of_several_descriptors_in_one_wait_each_with_its_own_token()
    {
        using var epoll = new Epoll();
        EventFd[] bells = [new(), new(), new()];
        for (var i = 0; i < bells.Length; i++)
        {
            epoll.Add(bells[i].Fd, Readiness.Readable, (ulong)(100 + i));
            bells[i].Ring();
        }

        var count = epoll.Wait(Await.Milliseconds);

        Assert.Equal([100UL, 101UL, 102UL], Enumerable.Range(0, count).Select(i => epoll[i].Token).Order());
        foreach (var bell in bells)
            bell.Dispose();
    }

    [Fact]
    public void Epoll_modify_changes_interest_and_token()
    {
        using var epoll = new Epoll();
        using var pipe = TransferPipe.Create();
        epoll.Add(pipe.WriteEnd, Readiness.Readable, 1);
        Assert.Equal(0, epoll.Wait(0));
        epoll.Modify(pipe.WriteEnd, Readiness.Writable, 2);

        Assert.Equal(1, epoll.Wait(Await.Milliseconds));
        Assert.Equal(new ReadyEvent(Readiness.Writable, 2), epoll[0]);
    }

    [Fact]
    public void Epoll_reports_HangUp_though_nobody_asked_for_it()
    {
        using var pipe = TransferPipe.Create();
        pipe.WriteEnd.Dispose();

        Assert.Equal(Readiness.HangUp, Await.Ready(pipe.ReadEnd));
    }

    [Fact]
    public void Removing_what_was_never_added_is_an_error()
    {
        using var epoll = new Epoll();
        using var bell = new EventFd();
        Assert.Equal(Errno.ENOENT, Assert.Throws<LinuxException>(() => epoll.Remove(bell.Fd)).Error);
    }

    [Fact]
    public void Rings_before_the_loop_looks_count_as_one_wake_up_and_none_is_lost()
    {
        using var bell = new EventFd();
        var ringers = Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            for (var i = 0; i < 1000; i++)
                bell.Ring();
        })).ToList();
        ringers.ForEach(t => t.Start());
        ringers.ForEach(t => t.Join());

        Assert.Equal(4000UL, bell.Clear());
        Assert.Equal(0UL, bell.Clear());
        Assert.Equal(Readiness.None, Await.Now(bell.Fd));
    }

    [Fact]
    public void A_timer_says_how_many_periods_ended_while_nobody_looked()
    {
        using var standing = new TimerFd();
        using var clock = new TimerFd();
        standing.SetPeriod(TimeSpan.FromMilliseconds(2));
        // A second, longer timer, started later, is the event that says: several periods of the first are over.
        clock.SetPeriod(TimeSpan.FromMilliseconds(20));
        Await.Ready(clock.Fd);

        Assert.True(standing.Expirations() >= 5);
        Assert.True(clock.Expirations() >= 1);
    }

    [Fact]
    public void A_timer_looked_at_before_its_time_has_not_expired_and_zero_stops_it()
    {
        using var timer = new TimerFd();
        timer.SetPeriod(TimeSpan.FromHours(1));
        Assert.Equal(0UL, timer.Expirations());
        timer.SetPeriod(TimeSpan.FromMilliseconds(1));
        Await.Ready(timer.Fd);
        timer.SetPeriod(TimeSpan.Zero);

        Assert.Equal(0UL, timer.Expirations());
        Assert.Equal(Readiness.None, Await.Now(timer.Fd));
    }

    [Fact]
    public void A_handler_removed_earlier_in_a_turn_is_not_called()
    {
        using var reactor = new Reactor();
        using var one = new EventFd();
        using var other = new EventFd();
        var calls = 0;
        Registration? first = null, second = null;
        first = reactor.Add(one.Fd, Readiness.Readable, new Handler(_ => { calls++; second!.Dispose(); }));
        second = reactor.Add(other.Fd, Readiness.Readable, new Handler(_ => { calls++; first.Dispose(); }));
        one.Ring();
        other.Ring();

        reactor.RunOnce();

        Assert.Equal(1, calls);
    }

    [Fact]
    public void A_handler_learns_whether_others_wait_and_they_are_heard_all_the_same()
    {
        using var reactor = new Reactor();
        using var own = new EventFd();
        using var other = new EventFd();
        var seen = new List<bool>();
        var heard = 0;
        Registration? registration = null;
        registration = reactor.Add(own.Fd, Readiness.Readable, new Handler(_ => seen.Add(registration!.OthersWait)));
        reactor.Add(other.Fd, Readiness.Readable, new Handler(_ => { heard++; other.Clear(); }));
        own.Ring();

        reactor.RunOnce();
        Assert.Equal([false], seen);

        // Only what comes while the handler runs: the turn itself knows nothing of it.
        other.Ring();
        Assert.True(registration.OthersWait);
        reactor.RunOnce();
        Assert.Equal(1, heard);
        Assert.False(registration.OthersWait);
    }

    [Fact]
    public void Loop_timers_fire_in_order_of_their_time_and_a_cancelled_one_never()
    {
        using var reactor = new Reactor();
        var fired = new List<int>();
        reactor.After(TimeSpan.FromMilliseconds(20), () => fired.Add(2));
        reactor.After(TimeSpan.FromMilliseconds(5), () => fired.Add(1));
        reactor.After(TimeSpan.FromMilliseconds(10), () => fired.Add(3)).Cancel();

        while (fired.Count < 2)
            reactor.RunOnce();
        reactor.RunOnce(poll: true);

        Assert.Equal([1, 2], fired);
    }

    [Fact]
    public void A_loop_timer_that_asks_for_itself_again_does_not_starve_descriptors()
    {
        using var reactor = new Reactor();
        using var bell = new EventFd();
        var heard = false;
        var turns = 0;
        reactor.Add(bell.Fd, Readiness.Readable, new Handler(_ => heard = true));
        void Again()
        {
            // Past a million a single turn would be endless: give up and fail below.
            if (++turns == 1)
                bell.Ring();
            if (!heard && turns < 100_000_000)
                reactor.After(TimeSpan.Zero, Again);
        }
        reactor.After(TimeSpan.Zero, Again);

        for (var i = 0; i < 3; i++)
            reactor.RunOnce();

        Assert.True(heard);
        Assert.True(turns < 100_000_000);
    }

    [Fact]
    public void A_loop_that_stays_awake_hears_what_comes_and_sleeps_when_its_time_is_over()
    {
        using var reactor = new Reactor();
        using var bell = new EventFd();
        var heard = 0;
        reactor.Add(bell.Fd, Readiness.Readable, new Handler(_ => { heard++; bell.Clear(); }));
        reactor.StayAwake(TimeSpan.FromHours(1));
        bell.Ring();
        reactor.RunOnce(poll: true);
        Assert.Equal(1, heard);

        // The first event ended the hour: this turn looks once and returns.
        reactor.RunOnce(poll: true);
        Assert.Equal(1, heard);

        var fired = false;
        reactor.After(TimeSpan.FromMilliseconds(5), () => fired = true);
        reactor.StayAwake(TimeSpan.FromMicroseconds(10));
        reactor.RunOnce();
        while (!fired)
            reactor.RunOnce();
    }

    [Fact]
    public void A_loop_timer_of_less_than_a_millisecond_takes_its_time_and_the_loop_sleeps_meanwhile()
    {
        using var reactor = new Reactor();
        var delay = TimeSpan.FromMicroseconds(900);
        var begun = Stopwatch.GetTimestamp();
        var (fired, turns) = (TimeSpan.Zero, 0);
        reactor.After(delay, () => fired = Stopwatch.GetElapsedTime(begun));

        for (; fired == TimeSpan.Zero; turns++)
            reactor.RunOnce();

        Assert.InRange(fired, delay, TimeSpan.MaxValue);
        Assert.InRange(turns, 1, 3);
    }

    private sealed class Handler(Action<Readiness> action) : IReadyHandler
    {
        public void OnReady(Readiness events) => action(events);
    }
}
