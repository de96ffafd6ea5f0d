using System.Globalization;
using System.Text;

namespace Holdfast.TestKit;

/// <summary>
/// Checks a stream against what <c>seq 1 N</c> writes, byte by byte: each once, in order. Owned by whoever reads the stream; one thread.
/// </summary>
public sealed class NumberedLines
{
    private readonly byte[] _line = new byte[24];
    private long _number;
    private int _length;
    private int _at;

    /// <summary>Bytes seen so far, all right.</summary>
    public long Bytes { get; private set; }

    /// <summary>The number of the last whole line.</summary>
    public long Lines => _at == _length ? _number : _number - 1;

    /// <summary>The size of what <c>seq 1 N</c> writes.</summary>
    public static long SizeOf(long last)
    {
        var size = 0L;
        for (long digits = 1, from = 1; from <= last; digits++, from *= 10)
            size += (Math.Min(last, (from * 10) - 1) - from + 1) * (digits + 1);
        return size;
    }

    /// <exception cref="InvalidDataException">A byte is missing, repeated or wrong; the message says where.</exception>
    public void Accept(ReadOnlySpan<byte> data)
    {
        while (data.Length > 0)
        {
            if (_at == _length)
                NextLine();
            var part = Math.Min(data.Length, _length - _at);
            if (!data[..part].SequenceEqual(_line.AsSpan(_at, part)))
                throw Wrong(data);
            _at += part;
            Bytes += part;
            data = data[part..];
        }
    }

    private void NextLine()
    {
        (++_number).TryFormat(_line, out _length, provider: CultureInfo.InvariantCulture);
        _line[_length++] = (byte)'\n';
        _at = 0;
    }

    private InvalidDataException Wrong(ReadOnlySpan<byte> data)
    {
        var seen = Encoding.ASCII.GetString(data[..Math.Min(data.Length, 40)]).Replace('\n', '|');
        var wanted = Encoding.ASCII.GetString(_line, _at, _length - 1 - _at);
        return new InvalidDataException($"after {Bytes} bytes, in line {_number}: '{seen}' instead of '{wanted}'");
    }
}
