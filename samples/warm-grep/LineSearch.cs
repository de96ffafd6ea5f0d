using System.Buffers;
using System.Text;

namespace WarmGrep;

/// <summary>Finds a text in bytes and tells each line that holds it, as `grep -Fn` does. Stateless.</summary>
internal static class LineSearch
{
    /// <returns>Whether there was one.</returns>
    public static bool Tell(string name, ReadOnlySpan<byte> text, ReadOnlySpan<byte> wanted, IBufferWriter<byte> into)
    {
        var found = false;
        var line = 1;
        for (var at = 0; text[at..].IndexOf(wanted) is >= 0 and var ahead;)
        {
            var hit = at + ahead;
            line += text[at..hit].Count((byte)'\n');
            var begin = text[..hit].LastIndexOf((byte)'\n') + 1;
            var rest = text[hit..].IndexOf((byte)'\n');
            at = rest < 0 ? text.Length : hit + rest;
            Encoding.UTF8.GetBytes($"{name}:{line}:", into);
            into.Write(text[begin..at]);
            into.Write("\n"u8);
            found = true;
        }
        return found;
    }
}
