using Holdfast.Protocol.V1;

namespace Holdfast.Cli.Output;

/// <summary>The daemon as `daemon status --json` shows it. A value.</summary>
internal sealed record StatusRow(
    int DaemonPid,
    int KeeperPid,
    string Version,
    string Build,
    double UptimeS,
    uint Sessions,
    uint Clients,
    string Socket,
    uint Restarts,
    uint KeeperRestarts,
    string Transfer,
    uint Fds,
    ulong RingBytes,
    ulong OutputBytes,
    ulong GapBytes,
    uint Gaps,
    string RuntimeDir,
    string StateDir,
    string Log,
    InheritedRow? Inherited,
    ulong RecoveredBytes,
    uint RecoveredSessions,
    LimitRow[] Limits,
    FlowRow? Flow,
    JournalRow? Journal,
    RecoveryRow? Recovery,
    string Program,
    LastUpgradeRow? Upgrade)
{
    private const double MillisecondsPerSecond = 1000;

    public static StatusRow Of(StatusAnswer s) => new(
        s.DaemonPid,
        s.KeeperPid,
        s.Version,
        s.Build,
        s.UptimeMs / MillisecondsPerSecond,
        s.Sessions,
        s.Clients,
        s.Socket,
        s.Restarts,
        s.KeeperRestarts,
        s.Transfer,
        s.Fds,
        s.RingBytes,
        s.OutputBytes,
        s.GapBytes,
        s.Gaps,
        s.RuntimeDir,
        s.StateDir,
        s.Log,
        s.Inherited is { } i ? new InheritedRow(i.Cgroup, i.Nice, i.Umask, i.NoNewPrivs) : null,
        s.RecoveredBytes,
        s.RecoveredSessions,
        [.. s.Limits.Select(l => new LimitRow(l.Name, l.Limit, l.Value, l.Refused, l.Code))],
        s.Flow is { } f
            ? new FlowRow(f.SentBytes, f.SentFrames, f.AckedFrames, f.PendingFrames, f.Warnings, f.HeldFrames, f.Disconnected, f.Takeovers, f.OwnerRefusals)
            : null,
        s.Journal is { } j
            ? new JournalRow(j.Degraded ? "degraded" : "ok", j.Reason.Length == 0 ? null : j.Reason, j.Records, j.Screens, j.Outputs, j.Bytes, j.Failures, j.Waiting)
            : null,
        s.Recovery is { } r ? new RecoveryRow(r.Alive, r.Restored, r.Exited, r.Zombie, r.Unrecoverable, r.Pending) : null,
        s.Program,
        s.Upgrade is { } u
            ? new LastUpgradeRow(
                u.Id,
                u.State switch { UpgradeState.UpgradeDone => "done", UpgradeState.UpgradeUndone => "undone", _ => "unknown" },
                u.Reason.Length == 0 ? null : u.Reason, u.Program, u.FromVersion, u.FromBuild, u.ToVersion, u.ToBuild, u.KeeperRenewed)
            : null);
}

/// <summary>What all sessions inherit from the client that started the keeper. A value.</summary>
internal sealed record InheritedRow(string Cgroup, int Nice, uint Umask, bool NoNewPrivs);

/// <summary>A limit, how much of it is used, and how often something was refused for it. A value.</summary>
internal sealed record LimitRow(string Name, ulong Limit, ulong Value, ulong Refused, string Code);

/// <summary>Flow control since the daemon started. A value.</summary>
internal sealed record FlowRow(
    ulong SentBytes,
    ulong SentFrames,
    ulong AckedFrames,
    ulong PendingFrames,
    ulong Warnings,
    ulong HeldFrames,
    ulong Disconnected,
    ulong Takeovers,
    ulong OwnerRefusals);

/// <summary>What is written to the state directory, and whether it can be. A value.</summary>
internal sealed record JournalRow(
    string State, string? Reason, ulong Records, ulong Screens, ulong Outputs, ulong Bytes, ulong Failures, uint Waiting);

/// <summary>The last upgrade, and how it ended. A value.</summary>
internal sealed record LastUpgradeRow(
    string Id, string State, string? Reason, string Program, string FromVersion, string FromBuild, string ToVersion, string ToBuild, bool KeeperRenewed);

/// <summary>What the daemon found at its start, by outcome. A value.</summary>
internal sealed record RecoveryRow(uint Alive, uint Restored, uint Exited, uint Zombie, uint Unrecoverable, uint Pending);
