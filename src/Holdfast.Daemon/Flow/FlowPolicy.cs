using Holdfast.Protocol.V1;

namespace Holdfast.Daemon.Flow;

/// <summary>
/// How fast output is sent to a subscriber, by how many frames it has not acknowledged. Immutable; from the configuration. The whole policy is in
/// docs/flow-control.md.
/// </summary>
public sealed record FlowPolicy
{
    /// <summary>Pending frames from which a subscriber is yellow.</summary>
    public int YellowThreshold { get; init; } = 1024;

    /// <summary>Pending frames from which it is red.</summary>
    public int RedThreshold { get; init; } = 4096;

    /// <summary>A yellow subscriber gets at most one frame in this time.</summary>
    public int YellowIntervalMs { get; init; } = 10;

    /// <summary>A red one at most one in this.</summary>
    public int RedIntervalMs { get; init; } = 100;

    /// <summary>Red ends the connection instead.</summary>
    public bool AutoDisconnect { get; init; }

    /// <summary>Pending frames of one subscriber at which its connection is ended.</summary>
    public int HardLimit { get; init; } = 65_536;

    /// <summary>Pending frames of all subscriptions of one connection together at which it is ended.</summary>
    public int ClientLimit { get; init; } = 262_144;

    public FlowLevel LevelOf(ulong pending) =>
        pending < (ulong)YellowThreshold ? FlowLevel.FlowGreen : pending < (ulong)RedThreshold ? FlowLevel.FlowYellow : FlowLevel.FlowRed;

    public int IntervalOf(FlowLevel level) => level switch
    {
        FlowLevel.FlowYellow => YellowIntervalMs,
        FlowLevel.FlowRed => RedIntervalMs,
        _ => 0,
    };

    /// <summary>Why these numbers make no policy; null where they do.</summary>
    public string? Problem() =>
        YellowThreshold < 1 || RedThreshold < 1 || YellowThreshold >= RedThreshold
            ? $"flow_yellow_threshold is {YellowThreshold} and flow_red_threshold is {RedThreshold}, but both must be at least 1 and the first less than the second"
            : YellowIntervalMs < 1 || RedIntervalMs < 1
            ? $"flow_yellow_interval_ms is {YellowIntervalMs} and flow_red_interval_ms is {RedIntervalMs}, but both must be at least 1"
            : HardLimit < RedThreshold
            ? $"flow_hard_limit is {HardLimit} and flow_red_threshold is {RedThreshold}, but the first must not be less than the second"
            : null;

    /// <summary>What is allowed and hardly meant; null where there is nothing.</summary>
    public string? Warning() => YellowIntervalMs >= RedIntervalMs
        ? $"flow_yellow_interval_ms is {YellowIntervalMs} and flow_red_interval_ms is {RedIntervalMs}: a red subscriber is served as often as a yellow one"
        : null;
}
