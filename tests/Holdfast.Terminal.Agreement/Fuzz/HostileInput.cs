using System.Text;
using Holdfast.Terminal.Agreement.Cases;
using Holdfast.Terminal.Agreement.Generated;
using Holdfast.Terminal.Agreement.Oracle;

namespace Holdfast.Terminal.Agreement.Fuzz;

/// <summary>Input that no program would write, from one seed: noise, sequences torn apart and glued together, numbers beyond all sizes. Used by one test at a time.</summary>
internal sealed class HostileInput
{
    private static readonly byte[][] Seeds = [.. CaseFile.All.Select(c => c.Steps.SelectMany(s => s.Bytes ?? []).ToArray()), .. Recordings()];

    private static readonly string[] Numbers = ["", "0", "1", "2", "3", "4", "7", "8", "20", "69", "80", "255", "256", "999", "1047", "1049", "2027", "32767", "65535", "65536", "2147483647", "2147483648", "99999999999999999999", "-1", "1:2:3", ":", "4:3"];

    private static readonly string[] Openings = ["\e[", "\e[?", "\e[>", "\e[<", "\e[=", "\e]", "\eP", "\e_", "\e^", "\eX", "\eP+q", "\eP$q", "\e]8;;", "\e]4;", "\e]2;", "\e#", "\e(", "\e ", "\u009b", "\u009d"];

    private static readonly string[] Closings = ["\a", "\e\\", "\x18", "\x1a", "\u009c", "\e", "m", "H", "J", "K", "r", "s", "h", "l", "b", "$x", "$v", "$z", "${", "$r", "$t", "'}", "'~", " @", " A", "\"q", "t", "S", "T", "L", "M", "@", "P", "X", "g", "I", "Z", "u", "n", "c", "!p", " q"];

    private readonly Random _random;

    private HostileInput(int seed) => _random = new Random(seed);

    public static GeneratedCase Make(int seed)
    {
        var input = new HostileInput(seed);
        var tokens = new List<TerminalStep>();
        for (var i = input._random.Next(2, 60); i > 0; i--)
            tokens.Add(input._random.Next(15) == 0 ? new TerminalStep(null, input.Size()) : TerminalStep.Feed(input.Token()));
        return new GeneratedCase(input.Size(), tokens);
    }

    private TerminalSize Size() => _random.Next(6) switch
    {
        0 => new TerminalSize(_random.Next(1, 4), _random.Next(1, 4)),
        1 => new TerminalSize(_random.Next(1, 301), _random.Next(1, 101)),
        2 => new TerminalSize(80, 24),
        _ => new TerminalSize(_random.Next(1, 40), _random.Next(1, 20)),
    };

    private byte[] Token() => _random.Next(10) switch
    {
        0 => _random.Next(20) == 0 ? ManyLines() : Noise(_random.Next(1, 40)),
        1 => Repeated(),
        2 or 3 or 4 => Mutated(),
        _ => Encoding.UTF8.GetBytes(Glued()),
    };

    private string Glued()
    {
        var text = new StringBuilder();
        for (var i = _random.Next(1, 8); i > 0; i--)
        {
            text.Append(Openings[_random.Next(Openings.Length)]);
            for (var n = _random.Next(0, 5); n > 0; n--)
                text.Append(Numbers[_random.Next(Numbers.Length)]).Append(_random.Next(4) == 0 ? "" : ";");
            text.Append(Closings[_random.Next(Closings.Length)]);
            if (_random.Next(3) == 0)
                text.Append(new[] { "x", "日本", "👩\u200d👧", "e\u0301\u0301\u0301", "🇩🇪", "\u200d", "\ufe0f", "\t", "\r\n", "a long line of text that wraps when the screen is narrow" }[_random.Next(10)]);
        }
        return text.ToString();
    }

    private byte[] Noise(int length)
    {
        var bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }

    // As a file that is shown: most of it only passes over the screen.
    private byte[] ManyLines()
    {
        var text = new StringBuilder();
        for (var i = _random.Next(50, 300); i > 0; i--)
            text.Append(i).Append('-', _random.Next(60)).Append(_random.Next(60) == 0 ? "\n" : "\r\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    // One short thing very often: what grows with each must be bounded.
    private byte[] Repeated()
    {
        var one = Encoding.UTF8.GetBytes(Glued());
        return [.. Enumerable.Repeat(one, _random.Next(2, 50)).SelectMany(b => b)];
    }

    private byte[] Mutated()
    {
        var seed = Seeds[_random.Next(Seeds.Length)];
        if (seed.Length == 0)
            return [];
        var start = _random.Next(seed.Length);
        var bytes = seed.AsSpan(start, Math.Min(_random.Next(1, 400), seed.Length - start)).ToArray();
        for (var i = _random.Next(0, 4); i > 0; i--)
            bytes[_random.Next(bytes.Length)] = (byte)_random.Next(256);
        return bytes;
    }

    private static IEnumerable<byte[]> Recordings() => Directory.EnumerateFiles(AgreementFolder.PathOf("Recordings"), "*.vt").Order(StringComparer.Ordinal).Select(File.ReadAllBytes);
}
