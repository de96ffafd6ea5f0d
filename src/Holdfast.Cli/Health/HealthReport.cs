namespace Holdfast.Cli.Health;

/// <summary>
/// Judges what was found: the whole is as bad as its worst part. Unhealthy is what a new daemon would mend, degraded what somebody should look at. A value.
/// </summary>
internal sealed record HealthReport(HealthState State, IReadOnlyList<HealthCheck> Checks, HealthFinding Finding)
{
    /// <summary>The keeper replaces a daemon whose beat is older.</summary>
    public const int BeatMilliseconds = 30_000;

    public const long MemoryBytes = 500_000_000;

    public const int QueuedEvents = 1000;

    public const int Errors = 10;

    public static HealthReport Of(HealthFinding finding)
    {
        HealthCheck[] checks =
        [
            Process(finding),
            HealthCheck.UpTo("heartbeat", BeatMilliseconds, (long?)finding.BeatAge?.TotalMilliseconds, HealthState.Unhealthy, "no beat can be seen"),
            HealthCheck.UpTo("memory", MemoryBytes, (long?)finding.Status?.Health?.MemoryBytes, HealthState.Degraded, finding.Silence),
            HealthCheck.UpTo("queue", QueuedEvents, finding.Status?.Health?.QueuedEvents, HealthState.Degraded, finding.Silence),
            HealthCheck.UpTo("errors", Errors, finding.Errors, HealthState.Degraded, "the log cannot be read"),
            Journal(finding),
        ];
        return new HealthReport(checks.Max(c => c.State), checks, finding);
    }

    private static HealthCheck Process(HealthFinding finding) => finding.Lives
        ? new HealthCheck("process", HealthState.Healthy, finding.DaemonPid, null, null)
        : new HealthCheck("process", HealthState.Unhealthy, null, null, "no daemon is running");

    private static HealthCheck Journal(HealthFinding finding) => finding.Status?.Journal switch
    {
        null => HealthCheck.Unknown("journal", null, finding.Silence),
        { Degraded: true } j => new HealthCheck("journal", HealthState.Degraded, (long)j.Failures, null, j.Reason),
        { } j => new HealthCheck("journal", HealthState.Healthy, (long)j.Failures, null, null),
    };
}
