namespace Holdfast.Daemon.Journal;

/// <summary>
/// What of one session is not on disk yet. Part of the session, loop thread; a few words while nothing changes.
/// </summary>
public sealed class SessionJournal
{
    /// <summary>The record has changed, or it is not known whether it has been written.</summary>
    public bool RecordDirty { get; set; } = true;

    /// <summary>The head that the last written screen shows; null where that is not known.</summary>
    public ulong? ScreenAt { get; set; }

    /// <summary>The head up to which the output of an exited session was written.</summary>
    public ulong? OutputAt { get; set; }

    /// <summary>When a screen was last handed to the writer.</summary>
    public long ScreenTakenAt { get; set; }

    /// <summary>A job is with the writer; the next one waits for its report, and so only the latest state is ever written.</summary>
    public bool IsUnderWay { get; set; }

    /// <summary>It waits for its turn.</summary>
    public bool IsQueued { get; set; }

    /// <summary>Everything of it is to follow the job that is under way.</summary>
    public bool IsUrgent { get; set; }

    /// <summary>Forgotten, or not this version's to write.</summary>
    public bool IsClosed { get; set; }

    /// <summary>What a restored program will be given; null once it is in the file.</summary>
    public Dictionary<string, string>? Environment { get; set; }

    public string[]? Dropped { get; set; }

    /// <summary>Completed with the first record that was written, or when that failed.</summary>
    public TaskCompletionSource? FirstWritten { get; set; }
}
