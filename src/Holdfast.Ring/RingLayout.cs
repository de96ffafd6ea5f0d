using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Holdfast.Ring;

/// <summary>
/// Where everything lies in a session's memfd.
/// Constants without an owner; any thread. Every released layout stays readable, for rings live for months.
/// </summary>
/// <remarks>
/// <code>
/// 0x0000  identity: magic, version, capacity, data offset, session key, slot count, slot bytes
/// 0x0040  head, reached                                   } one unit of 64 KiB
/// 0x0080  answered-to, terminal attached
/// 0x1000  size log    0x3000  input ledger    0x4000  subscribers
/// Unit    2 checkpoint slots of 2 MiB (older rings: 4 of 1 MiB), sparse until written
/// HeaderBytes         the data, capacity bytes; mapped twice in a row
/// </code>
/// </remarks>
public static class RingLayout
{
    /// <summary>Everything is a multiple of the largest page size in use (arm64: 64 KiB), so one layout serves all machines.</summary>
    public const int Unit = 65536;

    public const uint Version = 1;

    /// <summary>The newest valid checkpoint is never overwritten; whoever is killed while writing the other one leaves it.</summary>
    public const int SlotCount = 2;

    /// <summary>Room for a screen and its scrollback, serialised; costs nothing until written.</summary>
    public const int SlotBytes = 2 << 20;

    /// <summary>All slots together, in every released layout.</summary>
    public const long SlotsBytes = (long)SlotCount * SlotBytes;

    /// <summary>One unit: less could not be mapped twice in a row on arm64.</summary>
    public const long MinCapacity = Unit;

    /// <summary>A window of this many bytes at any position must still have an index that fits an <see cref="int"/>.</summary>
    public const long MaxCapacity = 1 << 30;

    public const long HeaderBytes = Unit + SlotsBytes;

    /// <summary>"HOLDRING" as it reads in a hex dump.</summary>
    internal const ulong Magic = 0x474E_4952_444C_4F48;

    internal const int MagicAt = 0x00;
    internal const int VersionAt = 0x08;
    internal const int CapacityAt = 0x10;
    internal const int DataOffsetAt = 0x18;
    internal const int SessionKeyAt = 0x20;
    internal const int SlotCountAt = 0x28;
    internal const int SlotBytesAt = 0x30;
    internal const int IdentityBytes = 0x38;

    internal const int HeadAt = 0x40;
    internal const int ReachedAt = 0x48;
    internal const int AnsweredToAt = 0x80;
    internal const int TerminalAttachedAt = 0x88;
    internal const int SizeLogAt = 0x1000;
    internal const int InputLedgerAt = 0x3000;
    internal const int SubscribersAt = 0x4000;

    /// <summary>What <see cref="RetainedFrom"/> needs of a ring's file, from its beginning.</summary>
    public const int HeadBytes = ReachedAt + sizeof(ulong);

    /// <summary>The oldest offset still held, for who has a ring's file and not its mapping.</summary>
    public static ulong RetainedFrom(ReadOnlySpan<byte> firstBytes)
    {
        var (capacity, reached) = (Word(firstBytes, CapacityAt), Math.Max(Word(firstBytes, HeadAt), Word(firstBytes, ReachedAt)));
        return reached <= capacity ? 0 : reached - capacity;
    }

    public static long FileBytes(long capacity) => HeaderBytes + capacity;

    public static bool IsValidCapacity(long capacity) =>
        capacity is >= MinCapacity and <= MaxCapacity && BitOperations.IsPow2(capacity);

    /// <exception cref="RingFormatException">The unit is not the start of a ring that this version can read.</exception>
    public static RingGeometry ReadGeometry(ReadOnlySpan<byte> firstUnit)
    {
        if (firstUnit.Length < IdentityBytes)
            throw RingFormatException.TooShort(firstUnit.Length, IdentityBytes);
        if (Word(firstUnit, MagicAt) is var magic and not Magic)
            throw RingFormatException.UnknownMagic(magic);
        var version = Word(firstUnit, VersionAt);
        if (version != Version)
            throw RingFormatException.UnknownVersion(version, Version);

        var capacity = Word(firstUnit, CapacityAt);
        Require(capacity <= MaxCapacity && IsValidCapacity((long)capacity), capacity);
        var dataOffset = Word(firstUnit, DataOffsetAt);
        Require(dataOffset == (ulong)HeaderBytes, dataOffset);
        var slotCount = Word(firstUnit, SlotCountAt);
        Require(slotCount is >= 2 and <= 16, slotCount);
        var slotBytes = Word(firstUnit, SlotBytesAt);
        Require(slotBytes == (ulong)SlotsBytes / slotCount, slotBytes);
        return new RingGeometry((uint)version, (long)capacity, (long)dataOffset, Word(firstUnit, SessionKeyAt), (int)slotCount);
    }

    private static ulong Word(ReadOnlySpan<byte> unit, int at) => BinaryPrimitives.ReadUInt64LittleEndian(unit[at..]);

    private static void Require(bool holds, ulong value, [CallerArgumentExpression(nameof(value))] string field = "")
    {
        if (!holds)
            throw RingFormatException.BadNumber(field, value);
    }
}
