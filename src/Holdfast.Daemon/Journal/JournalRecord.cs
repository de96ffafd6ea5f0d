using System.Text.Json.Serialization;

namespace Holdfast.Daemon.Journal;

/// <summary>
/// What the journal knows of a session: enough to start it anew after every process was lost, or to show how it ended. Immutable; made on the
/// loop, written by the worker, read at start.
/// </summary>
public sealed record JournalRecord
{
    public required string Id { get; init; }

    /// <summary>Which machine and runtime directory it belongs to: daemons that share a state directory leave each other's sessions alone.</summary>
    public required string Place { get; init; }

    /// <summary>
    /// The keeper that held it, with all keepers that took over from it. What such a keeper holds no more was removed on purpose, or never started:
    /// it must not come back.
    /// </summary>
    public string Lineage { get; init; } = "";

    public uint Number { get; init; }

    public required string Name { get; init; }

    /// <summary>starting, running, terminating or exited.</summary>
    public required string State { get; init; }

    public required string[] Command { get; init; }

    /// <summary>Where the session was last known to be.</summary>
    public required string Cwd { get; init; }

    /// <summary>Where it was created: a command is run again there.</summary>
    public string StartCwd { get; init; } = "";

    public uint Cols { get; init; }

    public uint Rows { get; init; }

    public ulong RingBytes { get; init; }

    /// <summary>never, shell or command.</summary>
    public required string Restore { get; init; }

    /// <summary>gap or pause.</summary>
    public required string Overflow { get; init; }

    public ulong CreatedAtMs { get; init; }

    public string CreationKey { get; init; } = "";

    public string Title { get; init; } = "";

    public ulong OwnerEpoch { get; init; }

    /// <summary>With its start time and the boot an identity of the program, for as long as that boot lasts.</summary>
    public int Pid { get; init; }

    public ulong LeaderStart { get; init; }

    public string BootId { get; init; } = "";

    /// <summary>Null while it runs.</summary>
    public JournalExit? Exit { get; init; }

    /// <summary>What a restored program is given; null until it is known, which leaves what is in the file.</summary>
    public Dictionary<string, string>? Environment { get; init; }

    /// <summary>Names of variables that were left out because they look like secrets.</summary>
    public string[]? Dropped { get; init; }

    [JsonIgnore]
    public bool HasEnded => Exit is not null;
}

/// <summary>How and when a session ended, and which output is held of it. A value.</summary>
public sealed record JournalExit(int Code, int Signal, bool Lost, ulong AtMs, ulong EndOffset, ulong Head, ulong RetainedFrom);
