using System.Runtime.InteropServices;

namespace Holdfast.Ring;

/// <summary>
/// What the first unit of a ring's file says about the rest, read before the rest is mapped.
/// A value without an owner; any thread; immutable.
/// </summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct RingGeometry(uint Version, long Capacity, long DataOffset, ulong SessionKey, int SlotCount)
{
    public int SlotBytes => (int)(RingLayout.SlotsBytes / SlotCount);
}
