namespace Holdfast.Ring;

/// <summary>
/// How far the one transfer from a PTY into a ring has come; the numbers are part of the layout.
/// A value of <see cref="TransferRecord"/>; any thread; immutable.
/// </summary>
public enum TransferPhase
{
    /// <summary>No transfer is under way and the pipe is empty.</summary>
    None = 0,

    /// <summary>Bytes may have left the PTY; all that did are in the pipe.</summary>
    Splicing = 1,

    /// <summary>Count is known; what is not in the pipe any more is in the ring.</summary>
    Reading = 2,

    /// <summary>A plain read into a pattern-filled window; count is the window's size.</summary>
    PatternRead = 3,
}
