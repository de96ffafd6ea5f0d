using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Holdfast.Terminal.Scrollback;

/// <summary>
/// Reads what <see cref="ByteWriter"/> wrote. Throws <see cref="FormatException"/> where the bytes end early or make no sense.
/// </summary>
internal ref struct ByteReader(ReadOnlySpan<byte> source)
{
    private readonly ReadOnlySpan<byte> _source = source;
    private int _at;

    public readonly bool AtEnd => _at >= _source.Length;

    public readonly int Position => _at;

    public byte Byte() => _at < _source.Length ? _source[_at++] : throw Broken();

    public bool Flag() => Byte() != 0;

    public ReadOnlySpan<byte> Bytes(int count)
    {
        if ((uint)count > (uint)(_source.Length - _at))
            throw Broken();
        var bytes = _source.Slice(_at, count);
        _at += count;
        return bytes;
    }

    public int Number()
    {
        var value = 0u;
        for (var shift = 0; shift < 32; shift += 7)
        {
            var part = Byte();
            value |= (uint)(part & 0x7F) << shift;
            if (part < 0x80)
                return (int)value;
        }
        throw Broken();
    }

    /// <summary>A number that must lie in [0, <paramref name="most"/>].</summary>
    public int Number(int most)
    {
        var value = Number();
        return (uint)value <= (uint)most ? value : throw Broken();
    }

    public ulong Word() => BinaryPrimitives.ReadUInt64LittleEndian(Bytes(8));

    public string Text(int mostBytes = 64 * 1024) => Encoding.UTF8.GetString(Bytes(Number(mostBytes)));

    public uint Scalar()
    {
        if (Rune.DecodeFromUtf8(_source[_at..], out var rune, out var used) != OperationStatus.Done)
            throw Broken();
        _at += used;
        return (uint)rune.Value;
    }

    public static FormatException Broken() => new("The bytes are no state of a terminal that this version wrote; use the output itself instead.");
}
