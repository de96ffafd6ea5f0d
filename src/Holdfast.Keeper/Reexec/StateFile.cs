using System.Buffers.Binary;
using System.Text;
using Holdfast.Linux;
using Holdfast.Linux.Memory;

namespace Holdfast.Keeper;

/// <summary>
/// The keeper's state as bytes in a sealed memory file: magic, version, length, checksum, then the state. A keeper reads every older
/// version: fields are only ever added, at the end of their part, and read where the version has them. Stateless; any thread.
/// </summary>
internal static class StateFile
{
    public const uint Version = 1;

    private const ulong Magic = 0x5250_454B_444C_4F48; // "HOLDKEPR" in a hex dump
    private const int HeaderBytes = 24;
    private const int VersionAt = 8;
    private const int LengthAt = 12;
    private const int ChecksumAt = 16;

    public static Fd Write(KeeperState state) => MemoryFile.Sealed("holdfast-keeper-state", Encode(state));

    /// <exception cref="FormatException">It is not a state, is damaged, or of a later version.</exception>
    public static KeeperState Read(Fd fd) => Decode(MemoryFile.ReadAll(fd));

    /// <summary>By this a preflight shows that it has read the file.</summary>
    public static ulong ChecksumOf(Fd fd) => BinaryPrimitives.ReadUInt64LittleEndian(MemoryFile.ReadAll(fd).AsSpan(ChecksumAt));

    private static byte[] Encode(KeeperState state)
    {
        using var stream = new MemoryStream();
        stream.Write(new byte[HeaderBytes]);
        using (var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true))
            StateCodec.Write(writer, state);
        var bytes = stream.ToArray();
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(VersionAt), Version);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(LengthAt), bytes.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(ChecksumAt), Checksum(bytes));
        return bytes;
    }

    private static KeeperState Decode(byte[] bytes)
    {
        if (bytes.Length < HeaderBytes || BinaryPrimitives.ReadUInt64LittleEndian(bytes) != Magic)
            throw new FormatException("the state has no header of a keeper");
        var version = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(VersionAt));
        if (BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(LengthAt)) != bytes.Length
            || BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(ChecksumAt)) != Checksum(bytes))
            throw new FormatException("the state is damaged");
        if (version is 0 or > Version)
            throw new FormatException($"the state is of version {version}; this keeper reads 1 to {Version}");
        try
        {
            using var reader = new BinaryReader(new MemoryStream(bytes, HeaderBytes, bytes.Length - HeaderBytes), Encoding.UTF8);
            return StateCodec.Read(reader);
        }
        catch (EndOfStreamException e)
        {
            throw new FormatException("the state ends in the middle", e);
        }
    }

    // FNV-1a over all but the checksum itself. Each step is a bijection: one changed byte always changes the result.
    private static ulong Checksum(byte[] bytes)
    {
        var hash = 14695981039346656037UL;
        for (var i = 0; i < bytes.Length; i++)
        {
            if (i is < ChecksumAt or >= HeaderBytes)
                hash = (hash ^ bytes[i]) * 1099511628211UL;
        }
        return hash;
    }
}
