using System.Runtime.InteropServices;

namespace Holdfast.Ring;

/// <summary>
/// The terminal's size from one offset on; all zero where no size was ever noted.
/// A value without an owner; any thread; immutable.
/// </summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct SizeEntry(ulong Offset, ushort Cols, ushort Rows);
