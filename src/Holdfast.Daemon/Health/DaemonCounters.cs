using Holdfast.Protocol.V1;

namespace Holdfast.Daemon.Health;

/// <summary>What this daemon has counted since it started. Written by the loop alone.</summary>
public sealed class DaemonCounters
{
    public long StartedAt { get; } = Linux.Events.Reactor.Now;

    public ulong OutputBytes { get; set; }

    /// <summary>Output to all subscribers.</summary>
    public ulong SentBytes { get; set; }

    public ulong SentFrames { get; set; }

    public ulong AckedFrames { get; set; }

    /// <summary>Sent and not acknowledged, now.</summary>
    public ulong PendingFrames { get; set; }

    /// <summary>Changes of level that subscribers were told.</summary>
    public ulong Warnings { get; set; }

    /// <summary>Frames that waited for an interval.</summary>
    public ulong HeldFrames { get; set; }

    /// <summary>Connections ended for their backlog.</summary>
    public ulong FlowDisconnects { get; set; }

    public ulong GapBytes { get; set; }

    public uint Gaps { get; set; }

    public ulong RecoveredBytes { get; set; }

    public uint RecoveredSessions { get; set; }

    /// <summary>Sessions by what became of them with the daemon before this one.</summary>
    public RecoveryFacts Recovery { get; } = new();

    public uint KeeperRestarts { get; set; }

    public ulong Takeovers { get; set; }

    /// <summary>Requests and input refused with OWNER_REQUIRED.</summary>
    public ulong OwnerRefusals { get; set; }

    /// <summary>What must hold of a session and did not. Always 0.</summary>
    public uint BrokenInvariants { get; set; }

    /// <summary>Terminal models that are garbage since: of quiet sessions, and of those that were forgotten.</summary>
    public ulong ModelsLetGo { get; set; }

    public uint ConnectionsRefused { get; set; }

    /// <summary>Refusals by the code of their limit.</summary>
    public Dictionary<ErrorCode, ulong> Refusals { get; } = [];

    public void Refused(ErrorCode code) => Refusals[code] = Refusals.GetValueOrDefault(code) + 1;
}
