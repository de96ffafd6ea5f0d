using System.Globalization;
using System.Text;

namespace Holdfast.Terminal.Agreement.Cases;

/// <summary>Bytes as they stand in case files and in failures. Stateless.</summary>
internal static class Escaped
{
    public static byte[] Read(string text)
    {
        var bytes = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                var rune = Rune.GetRuneAt(text, i);
                Add(bytes, rune);
                i += rune.Utf16SequenceLength - 1;
                continue;
            }
            i++;
            switch (text[i])
            {
                case 'e': bytes.Add(0x1b); break;
                case 'a': bytes.Add(7); break;
                case 'b': bytes.Add(8); break;
                case 't': bytes.Add(9); break;
                case 'n': bytes.Add(10); break;
                case 'v': bytes.Add(11); break;
                case 'f': bytes.Add(12); break;
                case 'r': bytes.Add(13); break;
                case '\\': bytes.Add((byte)'\\'); break;
                case 'x':
                    bytes.Add(byte.Parse(text.AsSpan(i + 1, 2), NumberStyles.HexNumber));
                    i += 2;
                    break;
                case 'u':
                    var end = text.IndexOf('}', i);
                    Add(bytes, new Rune(int.Parse(text.AsSpan(i + 2, end - i - 2), NumberStyles.HexNumber)));
                    i = end;
                    break;
                default: throw new FormatException($"\\{text[i]} is no escape: {text}");
            }
        }
        return [.. bytes];
    }

    public static string Write(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length * 2);
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var used) == System.Buffers.OperationStatus.Done)
            {
                Append(text, rune);
                bytes = bytes[used..];
                continue;
            }
            text.Append($"\\x{bytes[0]:x2}");
            bytes = bytes[1..];
        }
        return text.ToString();
    }

    private static void Append(StringBuilder text, Rune rune)
    {
        switch (rune.Value)
        {
            case 0x1b: text.Append("\\e"); break;
            case 7: text.Append("\\a"); break;
            case 8: text.Append("\\b"); break;
            case 9: text.Append("\\t"); break;
            case 10: text.Append("\\n"); break;
            case 11: text.Append("\\v"); break;
            case 12: text.Append("\\f"); break;
            case 13: text.Append("\\r"); break;
            case '\\': text.Append("\\\\"); break;
            case < 0x20 or 0x7f: text.Append($"\\x{rune.Value:x2}"); break;
            case < 0x7f: text.Append((char)rune.Value); break;
            default: text.Append(Shows(rune) ? rune.ToString() : $"\\u{{{rune.Value:x}}}"); break;
        }
    }

    // Marks, joiners and the like are not to be seen in a failure unless they are spelt.
    private static bool Shows(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format
            or UnicodeCategory.Control or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned) && rune != Rune.ReplacementChar;

    private static void Add(List<byte> bytes, Rune rune)
    {
        Span<byte> encoded = stackalloc byte[4];
        bytes.AddRange(encoded[..rune.EncodeToUtf8(encoded)]);
    }
}
