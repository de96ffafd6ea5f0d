namespace Holdfast.Ring;

/// <summary>
/// How the recovery of an interrupted transfer ended.
/// A value of <see cref="RecoveryOutcome"/>; any thread; immutable.
/// </summary>
public enum RecoveryKind
{
    /// <summary>No transfer was under way.</summary>
    Nothing = 0,

    /// <summary>All bytes that had left the PTY are in their ring.</summary>
    Completed = 1,

    /// <summary>Record and rings do not fit together: the bytes were thrown away and counted, to be reported as a loss.</summary>
    Drained = 2,
}
