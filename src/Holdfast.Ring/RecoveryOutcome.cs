using System.Runtime.InteropServices;

namespace Holdfast.Ring;

/// <summary>
/// What the recovery of an interrupted transfer found: for a drained one <c>Bytes</c> were lost, for a completed one saved.
/// A value without an owner; any thread; immutable.
/// </summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct RecoveryOutcome(RecoveryKind Kind, ulong Session, ulong Bytes);
