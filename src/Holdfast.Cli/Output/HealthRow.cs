using Holdfast.Cli.Health;

namespace Holdfast.Cli.Output;

/// <summary>What `health --json` tells. A value.</summary>
internal sealed record HealthRow(string Status, CheckRow[] Checks, int? DaemonPid, int? KeeperPid, long? HeartbeatAgeMs)
{
    public static HealthRow Of(HealthReport report) => new(
        Word(report.State),
        [.. report.Checks.Select(c => new CheckRow(c.Name, Word(c.State), c.Value, c.Limit, c.Message))],
        report.Finding.DaemonPid,
        report.Finding.KeeperPid,
        (long?)report.Finding.BeatAge?.TotalMilliseconds);

    public static string Word(HealthState state) => state switch
    {
        HealthState.Healthy => "healthy",
        HealthState.Degraded => "degraded",
        _ => "unhealthy",
    };
}

/// <summary>One check: its value and limit in milliseconds, bytes or a count; `process` has the pid. A value.</summary>
internal sealed record CheckRow(string Name, string Status, long? Value, long? Limit, string? Message);
