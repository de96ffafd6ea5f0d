using System.Buffers.Binary;
using System.Text;

namespace Holdfast.Terminal.Scrollback;

/// <summary>
/// Bytes that are collected one field after the other. Owned by who encodes; kept between uses, so that it is not made anew for each line.
/// </summary>
internal sealed class ByteWriter
{
    private byte[] _bytes = new byte[256];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public void Clear() => Length = 0;

    /// <summary>Room for <paramref name="count"/> bytes at the end; <see cref="Advance"/> keeps what was used of it.</summary>
    public Span<byte> Reserve(int count)
    {
        if (_bytes.Length - Length < count)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + count));
        return _bytes.AsSpan(Length);
    }

    public void Advance(int count) => Length += count;

    public void Byte(int value)
    {
        Reserve(1)[0] = (byte)value;
        Length++;
    }

    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        Length += bytes.Length;
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

    public void Number(int value) => Number((uint)value);

    public void Flag(bool value) => Byte(value ? 1 : 0);

    public void Word(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(Reserve(8), value);
        Length += 8;
    }

    public void Text(ReadOnlySpan<char> text)
    {
        Number(Encoding.UTF8.GetByteCount(text));
        Length += Encoding.UTF8.GetBytes(text, Reserve(text.Length * 3));
    }

    public void Scalar(uint scalar) => Length += new Rune(scalar).EncodeToUtf8(Reserve(4));
}
