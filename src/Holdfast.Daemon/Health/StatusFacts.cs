using Holdfast.Daemon.Clients;
using Holdfast.Daemon.Config;
using Holdfast.Daemon.Journal;
using Holdfast.Daemon.Keepers;
using Holdfast.Daemon.Loop;
using Holdfast.Daemon.Sessions;
using Holdfast.DaemonRpc.Lifecycle;
using Holdfast.Linux.Events;
using Holdfast.Linux.Processes;
using Holdfast.Protocol;
using Holdfast.Protocol.Errors;
using Holdfast.Protocol.V1;

namespace Holdfast.Daemon.Health;

/// <summary>Says what the daemon is and does, to clients. Owned by the host, loop thread.</summary>
public sealed class StatusFacts(
    DaemonPaths paths, DaemonOptions options, SessionTable sessions, ClientServer clients, KeeperLink keeper, DaemonCounters counters,
    SessionRecorder recorder, HeartBeat heart, DaemonLoop loop, Func<string> transfer, Func<UpgradeFacts?> upgrade)
{
    private readonly InheritedFacts _inherited = ReadInherited();

    public Welcome Welcome() => new()
    {
        ProtocolVersion = (uint)ProtocolVersion.Current,
        DaemonVersion = BuildFacts.Version,
        Build = BuildFacts.Build,
        DaemonPid = Environment.ProcessId,
        KeeperPid = keeper.KeeperPid,
        MaxFrameBytes = (uint)options.MaxFrameBytes,
        InputWindowBytes = ProtocolLimits.InputWindowBytes,
        Features = { ProtocolFeatures.Owners, ProtocolFeatures.Acks, ProtocolFeatures.Upgrades, ProtocolFeatures.Cancels },
    };

    public StatusAnswer Status() => new()
    {
        DaemonPid = Environment.ProcessId,
        KeeperPid = keeper.KeeperPid,
        Version = BuildFacts.Version,
        Build = BuildFacts.Build,
        UptimeMs = (ulong)(Reactor.Now - counters.StartedAt),
        Sessions = (uint)sessions.Count,
        Clients = (uint)clients.OpenCount,
        Socket = paths.Socket,
        Restarts = keeper.Restarts,
        KeeperRestarts = counters.KeeperRestarts,
        Transfer = transfer(),
        Fds = (uint)CurrentProcess.OpenDescriptors,
        RingBytes = sessions.RingBytes,
        OutputBytes = counters.OutputBytes,
        GapBytes = counters.GapBytes,
        Gaps = counters.Gaps,
        RuntimeDir = paths.RuntimeDirectory,
        StateDir = paths.StateDirectory,
        Log = paths.DaemonLog,
        Inherited = _inherited,
        RecoveredBytes = counters.RecoveredBytes,
        RecoveredSessions = counters.RecoveredSessions,
        Limits = { Limits() },
        Flow = new FlowFacts
        {
            SentBytes = counters.SentBytes,
            SentFrames = counters.SentFrames,
            AckedFrames = counters.AckedFrames,
            PendingFrames = counters.PendingFrames,
            Warnings = counters.Warnings,
            HeldFrames = counters.HeldFrames,
            Disconnected = counters.FlowDisconnects,
            Takeovers = counters.Takeovers,
            OwnerRefusals = counters.OwnerRefusals,
        },
        Journal = Journal(recorder.Health),
        Recovery = counters.Recovery.Clone(),
        Program = OwnProgram.Path,
        Upgrade = upgrade()?.Clone(),
        Health = new HealthFacts
        {
            HeartbeatAgeMs = (ulong)heart.Age.TotalMilliseconds,
            MemoryBytes = (ulong)CurrentProcess.OwnMemory,
            QueuedEvents = (uint)loop.Queued,
        },
    };

    private JournalFacts Journal(JournalHealth health) => new()
    {
        Degraded = health.IsDegraded,
        Reason = health.Reason,
        Records = health.Records,
        Screens = health.Screens,
        Outputs = health.Outputs,
        Bytes = health.Bytes,
        Failures = health.Failures,
        Waiting = (uint)recorder.Waiting,
    };

    private LimitFacts[] Limits() =>
    [
        Limit("max_sessions", (ulong)options.MaxSessions, (ulong)sessions.Count, ErrorCode.LimitSessions),
        Limit("max_connections", (ulong)options.MaxConnections, (ulong)clients.Count, ErrorCode.LimitConnections),
        Limit("max_connection_rate", (ulong)options.MaxConnectionRate, clients.RecentConnections, ErrorCode.LimitConnectionRate),
        Limit("max_frame_bytes", (ulong)options.MaxFrameBytes, 0, ErrorCode.FrameTooLarge),
        Limit("max_ring_bytes", options.MaxRingBytes, sessions.RingBytes, ErrorCode.LimitRingBytes),
        Limit("flow_hard_limit", (ulong)options.Flow.HardLimit, counters.PendingFrames, ErrorCode.LimitPending),
    ];

    private LimitFacts Limit(string name, ulong limit, ulong value, ErrorCode code) => new()
    {
        Name = name,
        Limit = limit,
        Value = value,
        Refused = counters.Refusals.GetValueOrDefault(code),
        Code = ErrorRegistry.Of(code).Name,
    };

    private static InheritedFacts ReadInherited() => new()
    {
        Cgroup = ReadLine("/proc/self/cgroup", ""),
        Nice = CurrentProcess.Nice,
        Umask = Convert.ToUInt32(ReadLine("/proc/self/status", "Umask:").Trim() is { Length: > 0 } umask ? umask : "0", 8),
        NoNewPrivs = CurrentProcess.NoNewPrivileges,
    };

    private static string ReadLine(string path, string prefix) =>
        Array.Find(File.ReadAllLines(path), line => line.StartsWith(prefix, StringComparison.Ordinal))?[prefix.Length..] ?? "";
}
