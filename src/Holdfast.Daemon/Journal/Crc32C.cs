using System.Numerics;
using System.Runtime.InteropServices;

namespace Holdfast.Daemon.Journal;

/// <summary>CRC-32C in steps: finds every flipped bit and every torn end. A value; pure.</summary>
public readonly record struct Crc32C(uint State)
{
    public static Crc32C Empty { get; } = new(uint.MaxValue);

    public uint Value => ~State;

    public Crc32C Add(ReadOnlySpan<byte> bytes)
    {
        var crc = State;
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
            crc = BitOperations.Crc32C(crc, word);
        foreach (var b in bytes[(words.Length * sizeof(ulong))..])
            crc = BitOperations.Crc32C(crc, b);
        return new Crc32C(crc);
    }
}
