using Holdfast.Daemon.Clients;
using Holdfast.Daemon.Config;
using Holdfast.Daemon.Flow;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Pure.Tests.Daemon;

/// <summary>Backlog, levels and intervals as docs/flow-control.md says, and a configuration that makes no policy is refused.</summary>
public sealed class FlowTests
{
    private static readonly FlowPolicy Small = new() { YellowThreshold = 4, RedThreshold = 8, YellowIntervalMs = 10, RedIntervalMs = 100 };

    [Fact]
    public void Each_change_of_level_is_told_once_and_back_to_green_too()
    {
        var flow = new FlowState(Small);
        var told = new List<(ulong, FlowLevel)>();
        void Tell(bool changed)
        {
            if (changed)
                told.Add((flow.Pending, flow.Level));
        }

        for (var i = 0; i < 10; i++)
            Tell(flow.OnSent(i));
        ulong[] acks = [1, 2, 1, 3, 0, 100];
        foreach (var count in acks)
            Tell(flow.OnAcknowledged(count, out _));
        Assert.Equal([(4, FlowLevel.FlowYellow), (8, FlowLevel.FlowRed), (7, FlowLevel.FlowYellow), (3, FlowLevel.FlowGreen)], told);
        Assert.Equal(0UL, flow.Pending);
    }

    [Fact]
    public void Green_sends_at_once_yellow_and_red_one_frame_each_interval()
    {
        var flow = new FlowState(Small);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(0, flow.Wait(1000));
            flow.OnSent(1000);
        }
        flow.OnSent(1000);
        Assert.Equal((10, 4, 0), (flow.Wait(1000), flow.Wait(1006), flow.Wait(1010)));
        for (var i = 0; i < 4; i++)
            flow.OnSent(2000);
        Assert.Equal((100, 1, 0, 0), (flow.Wait(2000), flow.Wait(2099), flow.Wait(2100), flow.Wait(5000)));
        flow.OnAcknowledged(1, out _);
        Assert.Equal(10, flow.Wait(2000));
        flow.OnAcknowledged(ulong.MaxValue, out var taken);
        Assert.Equal((7UL, 0), (taken, flow.Wait(2000)));
    }

    [Fact]
    public void Whatever_is_sent_and_acknowledged_the_backlog_is_what_is_left_and_never_below_zero()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var flow = new FlowState(Small);
            ulong expected = 0;
            for (var i = 0; i < 200; i++)
            {
                var before = flow.Level;
                bool changed;
                if (random.Next(2) == 0)
                {
                    changed = flow.OnSent(i);
                    expected++;
                }
                else
                {
                    var count = random.Next(4) == 0 ? ulong.MaxValue - (ulong)random.Next(3) : (ulong)random.Next(20);
                    changed = flow.OnAcknowledged(count, out var taken);
                    Assert.Equal(Math.Min(count, expected), taken);
                    expected -= taken;
                }
                Assert.Equal((expected, Small.LevelOf(expected)), (flow.Pending, flow.Level));
                Assert.Equal(before != flow.Level, changed);
            }
        }
    }

    [Theory]
    [InlineData("4096", "4096", "10", "100", "4096")]
    [InlineData("5000", "4096", "10", "100", "5000")]
    [InlineData("0", "4096", "10", "100", "4096")]
    [InlineData("1", "0", "10", "100", "1")]
    [InlineData("1024", "4096", "0", "100", "100")]
    [InlineData("1024", "4096", "10", "0", "10")]
    [InlineData("1024", "100000", "10", "100", "65536")]
    public void Numbers_that_make_no_policy_are_refused_with_both(string yellow, string red, string yellowMs, string redMs, string named)
    {
        var refused = Assert.Throws<HoldfastException>(() => Load(yellow, red, yellowMs, redMs));
        Assert.Equal(ErrorCode.ConfigInvalid, refused.Code);
        Assert.Contains($"is {named}", refused.Message, StringComparison.Ordinal);
        Assert.Equal(2, refused.Message.Split(" is ").Length - 1);
    }

    [Fact]
    public void Intervals_the_wrong_way_round_are_a_warning_with_both()
    {
        var warning = Load("1024", "4096", "100", "100").Flow.Warning();
        Assert.Contains("is 100", warning, StringComparison.Ordinal);
        Assert.Null(new FlowPolicy().Warning());
        Assert.Null(new FlowPolicy().Problem());
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("1", true)]
    [InlineData("false", false)]
    public void The_file_has_the_same_keys_and_the_variable_wins(string text, bool expected)
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, """{"flow_auto_disconnect": true, "flow_yellow_threshold": 7}""");
        var options = OptionSource.Load(file, n => n == "HOLDFAST_FLOW_AUTO_DISCONNECT" ? text : null);
        File.Delete(file);
        Assert.Equal((expected, 7), (options.Flow.AutoDisconnect, options.Flow.YellowThreshold));
    }

    [Fact]
    public void A_rate_allows_a_second_of_it_at_once_and_then_no_more_than_it_says()
    {
        var rate = new RateLimit(10);
        Assert.Equal(10, Enumerable.Range(0, 100).Count(_ => rate.TryTake(5000)));
        Assert.False(rate.TryTake(5099));
        Assert.True(rate.TryTake(5100));
        Assert.False(rate.TryTake(5100));
        Assert.Equal(10, Enumerable.Range(0, 100).Count(_ => rate.TryTake(99_000)));
        Assert.Equal(10UL, rate.Used);
    }

    private static DaemonOptions Load(string yellow, string red, string yellowMs, string redMs) =>
        OptionSource.Load("/nowhere/config.json", name => name switch
        {
            "HOLDFAST_FLOW_YELLOW_THRESHOLD" => yellow,
            "HOLDFAST_FLOW_RED_THRESHOLD" => red,
            "HOLDFAST_FLOW_YELLOW_INTERVAL_MS" => yellowMs,
            "HOLDFAST_FLOW_RED_INTERVAL_MS" => redMs,
            _ => null,
        });
}
