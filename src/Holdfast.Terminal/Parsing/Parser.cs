using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Text;
using Holdfast.Terminal.Screen;

namespace Holdfast.Terminal.Parsing;

/// <summary>
/// Cuts output into text, controls and sequences (vt100.net/emu/dec_ansi_parser, over UTF-8), wherever the pieces it comes in are cut.
/// Part of one model. Text and complete sequences are read at once; what is cut or unusual goes scalar by scalar through
/// <see cref="SequenceReader"/>.
/// </summary>
internal sealed class Parser(
    TerminalState terminal, CellWriter text, PlainLines lines, StyledText styled, DrawnText drawn, ControlDispatch controls, CursorMotion cursor, RenditionReader rendition, ControlSequenceDispatch sequences, SequenceReader reader)
{
    private const byte Escape = 0x1B;
    private const int Replacement = 0xFFFD;

    // The beginning of a scalar whose rest has not come yet.
    private readonly byte[] _partial = new byte[4];
    private int _partialLength;

    public ReadOnlySpan<byte> Partial => _partial.AsSpan(0, _partialLength);

    public void SetPartial(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_partial);
        _partialLength = bytes.Length;
    }

    public void Feed(ReadOnlySpan<byte> output)
    {
        var at = _partialLength > 0 ? CompletePartial(output) : 0;
        while (at < output.Length)
            at = reader.State == ParserState.Ground ? ReadGround(output, at) : ReadSequence(output, at);
    }

    private int ReadGround(ReadOnlySpan<byte> output, int at)
    {
        // Where lines in quantity are looked for again.
        var linesFrom = 0;
        while (at < output.Length)
        {
            var first = output[at];
            if ((uint)(first - 0x20) < 0x5F)
            {
                var rest = output[at..];
                var length = TextLength(rest);
                text.WriteAscii(rest, length);
                at += length;
            }
            else if (first == Escape)
            {
                var end = at + 2 < output.Length && output[at + 1] == '[' ? ReadPlainControlSequence(output, at + 2) : -1;
                if (end < 0 && at + 2 < output.Length && output[at + 1] == '[')
                    end = ReadControlSequence(output, at + 2);
                if (end < 0)
                {
                    reader.Take(Escape);
                    return at + 1;
                }
                at = end;
            }
            else if (first < 0x20)
            {
                controls.Execute(first);
                at++;
                if (first == '\n' && at >= linesFrom && output.Length - at >= PlainLines.LeastBytes)
                {
                    var taken = lines.Take(output[at..], out var known);
                    linesFrom = at + known;
                    at += taken;
                }
            }
            else if (first == 0x7F)
            {
                at++;
            }
            else
            {
                at = ReadBeyondAscii(output, at);
                if (reader.State != ParserState.Ground)
                    return at;
            }
        }
        return at;
    }

    // Printable ASCII at the beginning. Words of coloured output are short: the first 16 bytes are looked at without a call.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int TextLength(ReadOnlySpan<byte> rest)
    {
        if (rest.Length >= Vector128<byte>.Count && PlainText.Begins(Vector128.Create(rest), out var few) && few < Vector128<byte>.Count)
            return few;
        var length = rest.IndexOfAnyExceptInRange((byte)0x20, (byte)0x7E);
        return length < 0 ? rest.Length : length;
    }

    // A run of scalars beyond ASCII, most of them at once.
    private int ReadBeyondAscii(ReadOnlySpan<byte> output, int at)
    {
        while (at < output.Length && output[at] >= 0x80)
        {
            at += text.WriteRun(output[at..]);
            if (at == output.Length || output[at] < 0x80)
                return at;
            at = ReadScalar(output, at, out var scalar);
            if (scalar < 0)
                return at;
            if (scalar < 0xA0)
            {
                reader.Take(scalar);
                return at;
            }
            text.WriteScalar(scalar);
        }
        return at;
    }

    // Malformed input gives U+FFFD for each maximal subpart (Unicode, 3.9); -1 when the rest has yet to come.
    private int ReadScalar(ReadOnlySpan<byte> output, int at, out int scalar)
    {
        var status = Rune.DecodeFromUtf8(output[at..], out var rune, out var used);
        if (status == OperationStatus.NeedMoreData)
        {
            SetPartial(output[at..]);
            scalar = -1;
            return output.Length;
        }
        scalar = status == OperationStatus.Done ? rune.Value : Replacement;
        return at + used;
    }

    private int ReadSequence(ReadOnlySpan<byte> output, int at)
    {
        while (at < output.Length && reader.State != ParserState.Ground)
        {
            at += reader.TakeString(output[at..]);
            if (at == output.Length)
                return at;
            if (output[at] < 0x80)
            {
                reader.Take(output[at++]);
                continue;
            }
            at = ReadScalar(output, at, out var scalar);
            if (scalar >= 0)
                reader.Take(scalar);
        }
        return at;
    }

    private int CompletePartial(ReadOnlySpan<byte> output)
    {
        var taken = 0;
        while (taken < output.Length)
        {
            _partial[_partialLength++] = output[taken++];
            var status = Rune.DecodeFromUtf8(Partial, out var rune, out var used);
            if (status == OperationStatus.NeedMoreData)
                continue;
            // The byte that shows the sequence to be malformed belongs to what follows.
            var unused = _partialLength - used;
            _partialLength = 0;
            Print(status == OperationStatus.Done ? rune.Value : Replacement);
            return taken - unused;
        }
        return taken;
    }

    private void Print(int scalar)
    {
        if (reader.State == ParserState.Ground && scalar >= 0xA0)
            text.WriteScalar(scalar);
        else
            reader.Take(scalar);
    }

    // As below, of numbers of up to three digits with nothing else between them, which nearly all sequences are.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int ReadPlainControlSequence(ReadOnlySpan<byte> output, int at)
    {
        var length = PlainSequence.Read(output, at, out var row, out var column, out var final);
        if (final == 'H' && length > 0)
        {
            cursor.MoveTo(Math.Max(column, 1) - 1, Math.Max(row, 1) - 1);
            terminal.JoinWidth = 0;
            return at + length + drawn.Take(output[(at + length)..], positioned: true);
        }
        if (final is (byte)'m' or (byte)';')
        {
            var end = rendition.TryTake(output, at);
            if (end > 0)
            {
                terminal.JoinWidth = 0;
                return end + TakeStyled(output[end..]);
            }
        }
        return ReadNumbers(output, at);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int TakeStyled(ReadOnlySpan<byte> rest)
    {
        var taken = styled.Take(rest);
        return taken > 0 ? taken : drawn.Take(rest, positioned: false);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int ReadNumbers(ReadOnlySpan<byte> output, int at)
    {
        var marks = 0;
        if (output[at] is >= 0x3C and <= 0x3F)
            marks = output[at++] << 16;
        var values = reader.Parameters.Values;
        var count = 0;
        while (count < SequenceParameters.Most && ShortNumber.TryRead(output, ref at, out values[count], out var next))
        {
            count++;
            if (next == ';')
                continue;
            if (next is < 0x40 or > 0x7E)
                return -1;
            reader.Parameters.Complete(count, 0);
            sequences.Dispatch(marks, next, reader.Parameters);
            return at;
        }
        return -1;
    }

    // A whole control sequence in one piece. -1 when it is cut or has anything unusual: then it is read again scalar by scalar.
    private int ReadControlSequence(ReadOnlySpan<byte> output, int at)
    {
        var values = reader.Parameters.Values;
        var count = 0;
        var parts = 0UL;
        var marks = 0;
        if (output[at] is >= 0x3C and <= 0x3F)
            marks = output[at++] << 16;
        var value = 0;
        while (at < output.Length)
        {
            var next = output[at++];
            var digit = (uint)(next - '0');
            if (digit <= 9)
            {
                value = Math.Min((Math.Max(value, 0) * 10) + (int)digit, SequenceParameters.Greatest);
                continue;
            }
            if (next is (byte)';' or (byte)':')
            {
                values[count++] = value;
                if (count == SequenceParameters.Most)
                    return -1;
                parts |= next == ':' ? 1UL << count : 0;
                value = next == ':' ? SequenceParameters.Missing : 0;
                continue;
            }
            if (next is >= 0x20 and <= 0x2F && at < output.Length)
            {
                marks |= next;
                next = output[at++];
            }
            if (next is < 0x40 or > 0x7E)
                return -1;
            values[count++] = value;
            reader.Parameters.Complete(count, parts);
            sequences.Dispatch(marks, next, reader.Parameters);
            return at;
        }
        return -1;
    }
}
