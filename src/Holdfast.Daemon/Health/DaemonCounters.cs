namespace Holdfast.Daemon.Health;

/// <summary>What this daemon has counted since it started. Written by the loop alone.</summary>
public sealed class DaemonCounters
{
    public long StartedAt { get; } = Linux.Events.Reactor.Now;

    public ulong OutputBytes { get; set; }

    public ulong SentBytes { get; set; }

    public ulong GapBytes { get; set; }

    public uint Gaps { get; set; }

    public ulong RecoveredBytes { get; set; }

    public uint RecoveredSessions { get; set; }

    public uint KeeperRestarts { get; set; }

    public ulong Takeovers { get; set; }

    /// <summary>Requests and input refused with OWNER_REQUIRED.</summary>
    public ulong OwnerRefusals { get; set; }

    /// <summary>What must hold of a session and did not. Always 0.</summary>
    public uint BrokenInvariants { get; set; }

    public uint ConnectionsRefused { get; set; }
}
