using Holdfast.Cli.Health;
using Holdfast.Protocol.V1;

namespace Holdfast.Pure.Tests.Cli;

/// <summary>What is healthy, what somebody should look at, and what does not serve.</summary>
public sealed class HealthReportTests
{
    private static readonly HealthFinding Well = new(
        2, 3, true, TimeSpan.FromSeconds(30), new StatusAnswer { Journal = new JournalFacts(), Health = new HealthFacts { MemoryBytes = 500_000_000, QueuedEvents = 1000 } }, "", 10);

    [Fact]
    public void At_its_limits_it_is_healthy()
    {
        var report = HealthReport.Of(Well);
        Assert.Equal(HealthState.Healthy, report.State);
        Assert.Equal(["process", "heartbeat", "memory", "queue", "errors", "journal"], report.Checks.Select(c => c.Name));
        Assert.All(report.Checks, c => Assert.True(c is { State: HealthState.Healthy, Message: null, Value: not null }));
    }

    public static TheoryData<string, bool, string> Ills => new()
    {
        { "process", true, "no daemon is running" },
        { "heartbeat", true, "over its limit" },
        { "memory", false, "over its limit" },
        { "queue", false, "over its limit" },
        { "errors", false, "over its limit" },
        { "journal", false, "ENOSPC" },
    };

    [Theory]
    [MemberData(nameof(Ills))]
    public void One_ill_part_makes_the_whole_ill(string part, bool unhealthy, string message)
    {
        var state = unhealthy ? HealthState.Unhealthy : HealthState.Degraded;
        var report = HealthReport.Of(With(part));
        Assert.Equal(state, report.State);
        var check = Assert.Single(report.Checks, c => c.State != HealthState.Healthy);
        Assert.Equal((part, state, message), (check.Name, check.State, check.Message));
    }

    [Fact]
    public void A_daemon_that_lives_and_does_not_answer_is_degraded_until_its_beat_is_too_old()
    {
        var silent = Well with { Status = null, Silence = "the daemon does not answer" };
        Assert.Equal(HealthState.Degraded, HealthReport.Of(silent).State);
        Assert.Equal(["memory", "queue", "journal"], HealthReport.Of(silent).Checks.Where(c => c is { Value: null, Message: "the daemon does not answer" }).Select(c => c.Name));
        Assert.Equal(HealthState.Unhealthy, HealthReport.Of(silent with { BeatAge = TimeSpan.FromSeconds(31) }).State);
    }

    [Fact]
    public void What_cannot_be_learnt_is_not_called_healthy()
    {
        Assert.Equal(HealthState.Degraded, HealthReport.Of(Well with { BeatAge = null }).State);
        Assert.Equal(HealthState.Degraded, HealthReport.Of(Well with { Errors = null }).State);
    }

    private static HealthFinding With(string part)
    {
        var status = Well.Status!.Clone();
        switch (part)
        {
            case "process":
                return Well with { Lives = false };
            case "heartbeat":
                return Well with { BeatAge = TimeSpan.FromMilliseconds(30_001) };
            case "memory":
                status.Health.MemoryBytes++;
                break;
            case "queue":
                status.Health.QueuedEvents++;
                break;
            case "errors":
                return Well with { Errors = 11 };
            default:
                status.Journal = new JournalFacts { Degraded = true, Reason = "ENOSPC" };
                break;
        }
        return Well with { Status = status };
    }
}
