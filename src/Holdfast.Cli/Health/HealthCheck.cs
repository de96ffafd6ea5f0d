namespace Holdfast.Cli.Health;

/// <summary>How well a part or the whole is; the numbers are the exit codes of `health`.</summary>
internal enum HealthState
{
    Healthy = 0,
    Degraded = 1,
    Unhealthy = 2,
}

/// <summary>One thing that was looked at. A value.</summary>
/// <param name="Value">Null where it could not be learnt.</param>
/// <param name="Limit">The most that is healthy; null where there is no such number.</param>
/// <param name="Message">What is wrong.</param>
internal sealed record HealthCheck(string Name, HealthState State, long? Value, long? Limit, string? Message)
{
    public static HealthCheck Unknown(string name, long? limit, string why) => new(name, HealthState.Degraded, null, limit, why);

    /// <summary>Healthy up to the limit, and <paramref name="worse"/> above it.</summary>
    public static HealthCheck UpTo(string name, long limit, long? value, HealthState worse, string unknown) => value switch
    {
        null => Unknown(name, limit, unknown),
        { } known when known <= limit => new HealthCheck(name, HealthState.Healthy, known, limit, null),
        _ => new HealthCheck(name, worse, value, limit, "over its limit"),
    };
}
