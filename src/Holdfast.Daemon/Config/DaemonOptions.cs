using Holdfast.Daemon.Flow;
using Holdfast.Daemon.Killing;
using Holdfast.Protocol;

namespace Holdfast.Daemon.Config;

/// <summary>What the daemon may be told. Immutable; made once at start from the file and the environment (<see cref="OptionSource"/>).</summary>
public sealed record DaemonOptions
{
    /// <summary>Most sessions at once, exited ones that are still kept included.</summary>
    public int MaxSessions { get; init; } = 1000;

    /// <summary>Most connections at once. Each costs a descriptor and about 1 KB.</summary>
    public int MaxConnections { get; init; } = 512;

    /// <summary>Most connections in a second; as many more after a quiet one. A script that calls the command line in a loop stays far below.</summary>
    public int MaxConnectionRate { get; init; } = 1000;

    /// <summary>Largest frame a client may send.</summary>
    public int MaxFrameBytes { get; init; } = ProtocolLimits.MaxFrameBytes;

    public FlowPolicy Flow { get; init; } = new();

    /// <summary>Capacity of all rings together. Rings take memory as they fill: this is the most the daemon's sessions can take.</summary>
    public ulong MaxRingBytes { get; init; } = 8UL << 30;

    /// <summary>Capacity of a session's ring where none is asked for; a power of two.</summary>
    public ulong RingBytes { get; init; } = 4UL << 20;

    /// <summary>How long an exited session's status and output are kept.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>From SIGHUP to SIGKILL where a kill names no time.</summary>
    public TimeSpan KillTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long an owner whose connection is gone keeps its claim.</summary>
    public TimeSpan OwnerGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>From SIGHUP to SIGTERM; at most half of <see cref="KillTimeout"/>.</summary>
    public TimeSpan KillTerminate { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether each session gets a control group of its own.</summary>
    public CgroupUse SessionCgroups { get; init; }

    /// <summary>Punctual ticks of one second without a beat after which a keeper counts as hung.</summary>
    public int StaleTicks { get; init; } = 30;

    /// <summary>Level of the log: trace, debug, information, warning, error.</summary>
    public string LogLevel { get; init; } = "information";
}
