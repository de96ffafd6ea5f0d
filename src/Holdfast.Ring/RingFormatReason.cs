namespace Holdfast.Ring;

/// <summary>
/// Why shared memory was refused; the numbers are stable codes.
/// A value of <see cref="RingFormatException"/>; any thread; immutable.
/// </summary>
public enum RingFormatReason
{
    /// <summary>Less memory is mapped than the layout needs.</summary>
    TooShort = 1,

    /// <summary>Not ours, or its formatting was interrupted: the magic is stored last.</summary>
    UnknownMagic = 2,

    /// <summary>Written by a newer Holdfast.</summary>
    UnknownVersion = 3,

    /// <summary>A number out of its range: damaged.</summary>
    BadNumber = 4,
}
