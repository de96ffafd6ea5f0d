using Holdfast.Terminal.Scrollback;

namespace Holdfast.Terminal.Snapshot;

/// <summary>Writes control sequences and strings. Owned by one snapshot.</summary>
internal sealed class SequenceWriter
{
    private readonly ByteWriter _bytes = new();

    public ReadOnlySpan<byte> Written => _bytes.Written;

    /// <summary>Room at the end; <see cref="Advance"/> keeps what was used of it.</summary>
    public Span<byte> Reserve(int count) => _bytes.Reserve(count);

    public void Advance(int count) => _bytes.Advance(count);

    public void Raw(ReadOnlySpan<byte> bytes) => _bytes.Bytes(bytes);

    public void Text(ReadOnlySpan<char> text) =>
        _bytes.Advance(System.Text.Encoding.UTF8.GetBytes(text, _bytes.Reserve(text.Length * 3)));

    public void Scalar(uint scalar) => _bytes.Scalar(scalar);

    public void Number(int value)
    {
        _ = System.Buffers.Text.Utf8Formatter.TryFormat(value, _bytes.Reserve(11), out var used);
        _bytes.Advance(used);
    }

    /// <summary>CSI, the number unless it is the default of 1, the final byte.</summary>
    public void Csi(int count, char final)
    {
        Raw("\e["u8);
        if (count != 1)
            Number(count);
        _bytes.Byte(final);
    }

    /// <summary>CUP, columns and rows from 0.</summary>
    public void MoveTo(int column, int row)
    {
        Raw("\e["u8);
        if (row != 0 || column != 0)
            Number(row + 1);
        if (column != 0)
        {
            _bytes.Byte(';');
            Number(column + 1);
        }
        _bytes.Byte('H');
    }

    /// <summary>A sequence of fixed beginning and end around numbers that semicolons separate.</summary>
    public void Sequence(ReadOnlySpan<byte> start, ReadOnlySpan<int> numbers, ReadOnlySpan<byte> end)
    {
        Raw(start);
        for (var i = 0; i < numbers.Length; i++)
        {
            if (i > 0)
                _bytes.Byte(';');
            Number(numbers[i]);
        }
        Raw(end);
    }

    /// <summary>An operating system command.</summary>
    public void Command(ReadOnlySpan<byte> start, ReadOnlySpan<char> text)
    {
        Raw("\e]"u8);
        Raw(start);
        Text(text);
        Raw("\e\\"u8);
    }
}
