using System.Buffers.Binary;
using System.Text;

namespace Holdfast.DaemonRpc.Wire;

/// <summary>Builds one frame: numbers in network order, texts and bytes behind their length. Owned by one call.</summary>
internal sealed class WireWriter
{
    private byte[] _bytes;
    private int _length = WireLimits.HeaderBytes;

    public WireWriter(FrameKind kind, int expected = 256)
    {
        _bytes = new byte[Math.Max(expected, WireLimits.HeaderBytes)];
        _bytes[4] = (byte)kind;
    }

    public WireWriter Byte(byte value)
    {
        Room(1)[0] = value;
        return this;
    }

    public WireWriter UInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(Room(2), value);
        return this;
    }

    public WireWriter Int32(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(Room(4), value);
        return this;
    }

    public WireWriter UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(Room(8), value);
        return this;
    }

    public WireWriter Bytes(ReadOnlySpan<byte> value)
    {
        Int32(value.Length);
        value.CopyTo(Room(value.Length));
        return this;
    }

    public WireWriter Text(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        Int32(length);
        Encoding.UTF8.GetBytes(value, Room(length));
        return this;
    }

    public WireWriter Texts(IReadOnlyCollection<string> values)
    {
        Int32(values.Count);
        foreach (var value in values)
            Text(value);
        return this;
    }

    public WireWriter Pairs(IReadOnlyCollection<KeyValuePair<string, string>> pairs)
    {
        Int32(pairs.Count);
        foreach (var (name, value) in pairs)
            Text(name).Text(value);
        return this;
    }

    /// <summary>The frame with its length.</summary>
    public ReadOnlyMemory<byte> Frame()
    {
        BinaryPrimitives.WriteInt32BigEndian(_bytes, _length - 4);
        return _bytes.AsMemory(0, _length);
    }

    private Span<byte> Room(int bytes)
    {
        var needed = checked(_length + bytes);
        if (needed > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(needed, (int)Math.Min(2L * _bytes.Length, Array.MaxLength)));
        var room = _bytes.AsSpan(_length, bytes);
        _length = needed;
        return room;
    }
}
