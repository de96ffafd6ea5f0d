using System.Runtime.InteropServices;

namespace Holdfast.Ring;

/// <summary>
/// The 64-bit fields of one shared page, each load and store a single ordered access.
/// Held by the types that give the fields a meaning; the daemon's loop only; lives as long as the mapping.
/// </summary>
/// <remarks>
/// A killed daemon stops between two stores, never inside one: an aligned 64-bit store is atomic. <see cref="Store"/> has release
/// semantics, so what was stored first is there first. Every access asks the memory for its span anew, which gives the tests a place to
/// "kill" between any two accesses without a hook in the product.
/// </remarks>
internal readonly struct SharedWords(Memory<byte> memory)
{
    /// <summary>Bytes of one field.</summary>
    public const int WordBytes = sizeof(ulong);

    public ulong Load(int at) => Volatile.Read(ref At(at));

    public void Store(int at, ulong value) => Volatile.Write(ref At(at), value);

    private ref ulong At(int at) => ref MemoryMarshal.AsRef<ulong>(memory.Span.Slice(at, WordBytes));
}
