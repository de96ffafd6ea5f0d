using System.Buffers.Binary;
using System.Text;

namespace Holdfast.Terminal.Scrollback;

/// <summary>
/// Bytes that are collected one field after the other. Owned by who encodes; kept between uses, so that it is not made anew for each line.
/// </summary>
internal sealed class ByteWriter
{
    private byte[] _bytes = new byte[256];

    private int _length;

    public int Length => _length;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    public void Clear() => _length = 0;

    /// <summary>Room for <paramref name="count"/> bytes at the end; <see cref="Advance"/> keeps what was used of it.</summary>
    public Span<byte> Reserve(int count)
    {
        if (_bytes.Length - _length < count)
            Grow(count);
        return _bytes.AsSpan(_length);
    }

    public void Advance(int count) => _length += count;

    public void Byte(int value)
    {
        var bytes = _bytes;
        if ((uint)_length >= (uint)bytes.Length)
        {
            Grow(1);
            bytes = _bytes;
        }
        bytes[_length++] = (byte)value;
    }

    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        _length += bytes.Length;
    }

    public void Number(uint value)
    {
        while (value >= 0x80)
        {
            Byte((int)(value & 0x7F) | 0x80);
            value >>= 7;
        }
        Byte((int)value);
    }

    /// <summary>The bytes that <see cref="Number(uint)"/> writes.</summary>
    public static int NumberLength(uint value) => value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : value < 0x1000_0000 ? 4 : 5;

    public void Number(int value) => Number((uint)value);

    public void Flag(bool value) => Byte(value ? 1 : 0);

    public void Word(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(Reserve(8), value);
        _length += 8;
    }

    public void Text(ReadOnlySpan<char> text)
    {
        Number(Encoding.UTF8.GetByteCount(text));
        _length += Encoding.UTF8.GetBytes(text, Reserve(text.Length * 3));
    }

    public void Scalar(uint scalar) => _length += new Rune(scalar).EncodeToUtf8(Reserve(4));

    private void Grow(int count) => Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + count));
}
