using System.Globalization;
using System.Text;
using Holdfast.Terminal.Agreement.Oracle;

namespace Holdfast.Terminal.Agreement.Generated;

/// <summary>Makes up what programs could write, from one seed: the same seed is the same case. Used by one test at a time.</summary>
internal sealed class SequenceGenerator
{
    private const string Finals = "@ABCDEFGHIJKLMPSTXZ`abdefg";

    private static readonly string[] Texts = ["a", "xyz", "hello ", "the quick brown fox ", "0123456789", "   ", "日本", "語", "한", "😀", "e\u0301", "a\u0308\u0304", "ö", "─│"];

    private static readonly string[] Controls = ["\r", "\n", "\r\n", "\b", "\t", "\v", "\a", "\x0e", "\x0f", "\0"];

    private static readonly string[] Escapes = ["\e7", "\e8", "\eD", "\eE", "\eM", "\eH", "\e=", "\e>", "\e(0", "\e(B", "\e)0", "\e(A", "\e#8"];

    private static readonly int[] PrivateModes = [1, 6, 7, 12, 25, 45, 47, 66, 1000, 1002, 1003, 1004, 1006, 1016, 1047, 1048, 1049, 2004, 2026, 9999];

    private static readonly string[] Strings =
    [
        "\e]2;title\a", "\e]0;other\e\\", "\e]1;icon\a", "\e]8;;http://a/\a", "\e]8;id=1;http://b/\e\\", "\e]8;;\a", "\e]4;1;rgb:11/22/33\a",
        "\e]777;x\a", "\ePq#0\e\\", "\e_app\e\\", "\e^pm\e\\", "\eXsos\e\\", "\e[22t", "\e[23t", "\e]133;A\a", "\e]7;file:///tmp\a",
    ];

    private static readonly string[] Unknown = ["\e[5y", "\e[=5h", "\e[1;2#q", "\e&z", "\e[>4;2m", "\e[?4m", "\e[ 3q", "\e[3?1m", "\e[6n", "\e[c", "\e[>q", "\e[?u"];

    // A wide character that carries a mark. With autowrap off xterm.js drops it at the edge but not its mark, which then widens the character before.
    private const string MarkedWide = "か\u3099";

    private readonly Random _random;
    private bool _autowrapOff;

    private SequenceGenerator(int seed) => _random = new Random(seed);

    public static GeneratedCase Make(int seed) => new SequenceGenerator(seed).Make();

    private GeneratedCase Make()
    {
        // A usual screen keeps its size: narrowed, it would have more lines below the cursor than are kept in all.
        var isUsual = _random.Next(12) == 0;
        var size = isUsual ? TerminalSize.Default : Size();
        var tokens = new List<TerminalStep>();
        for (var i = _random.Next(3, 40); i > 0; i--)
            tokens.Add(!isUsual && _random.Next(40) == 0 ? new TerminalStep(null, Size()) : TerminalStep.Feed(Token()));
        return new GeneratedCase(size, tokens);
    }

    // Small screens: edges are where things differ. xterm.js has at least two columns.
    private TerminalSize Size() => new(_random.Next(4, 24), _random.Next(2, 9));

    private string Token() => _random.Next(100) switch
    {
        < 34 => Text(),
        < 46 => Of(Controls),
        < 66 => Control(),
        < 78 => Rendition(),
        < 85 => Mode(),
        < 90 => Of(Escapes),
        < 94 => Of(Strings),
        < 96 => Of(Unknown),
        < 98 => Margins(),
        < 99 => $"\e[{_random.Next(7)} q",
        _ => _random.Next(3) == 0 ? "\ec" : "\e[!p",
    };

    private string Text()
    {
        var text = new StringBuilder();
        for (var i = _random.Next(1, 5); i > 0; i--)
            text.Append(_random.Next(16) == 0 && !_autowrapOff ? MarkedWide : Of(Texts));
        return text.ToString();
    }

    private string Control() => _random.Next(14) switch
    {
        0 => $"\e[{Parameter()};{Parameter()}H",
        1 => $"\e[{_random.Next(4)}J",
        2 => $"\e[{_random.Next(3)}K",
        3 => $"\e[?{_random.Next(3)}J",
        4 => $"\e[?{_random.Next(3)}K",
        5 => $"\e[{Parameter()}{Of(["'}", "'~", " @", " A"])}",
        6 => $"\e[{_random.Next(3)}\"q",
        7 => Of(["\e[s", "\e[u"]),
        _ => $"\e[{Parameter()}{Finals[_random.Next(Finals.Length)]}",
    };

    private string Margins()
    {
        var top = _random.Next(0, 6);
        return $"\e[{top};{top + _random.Next(0, 5)}r";
    }

    private string Parameter() => _random.Next(12) switch
    {
        < 3 => "",
        3 => "0",
        4 => "99",
        5 => _random.Next(100).ToString(CultureInfo.InvariantCulture),
        _ => _random.Next(1, 8).ToString(CultureInfo.InvariantCulture),
    };

    private string Rendition()
    {
        var parts = new List<string>();
        for (var i = _random.Next(1, 4); i > 0; i--)
        {
            parts.Add(_random.Next(9) switch
            {
                0 => "0",
                1 => Of(["1", "2", "3", "4", "5", "7", "8", "9", "21", "53"]),
                2 => Of(["22", "23", "24", "25", "27", "28", "29", "55"]),
                3 => _random.Next(30, 38).ToString(CultureInfo.InvariantCulture),
                4 => _random.Next(40, 48).ToString(CultureInfo.InvariantCulture),
                5 => Of(["39", "49", "59", "90", "97", "100", "107"]),
                6 => $"{Of(["38", "48", "58"])};5;{_random.Next(256)}",
                7 => TrueColour(Of(["38", "48", "58"])),
                _ => $"4:{_random.Next(6)}",
            });
        }
        return $"\e[{string.Join(';', parts)}m";
    }

    private string TrueColour(string target) => _random.Next(2) == 0
        ? $"{target};2;{_random.Next(256)};{_random.Next(256)};{_random.Next(256)}"
        : $"{target}:2::{_random.Next(256)}:{_random.Next(256)}:{_random.Next(256)}";

    private string Mode()
    {
        if (_random.Next(6) == 0)
            return $"\e[{Of(["4", "20"])}{Of(["h", "l"])}";
        var mode = PrivateModes[_random.Next(PrivateModes.Length)];
        _autowrapOff |= mode == 7;
        return $"\e[?{mode}{Of(["h", "l"])}";
    }

    private string Of(string[] choices) => choices[_random.Next(choices.Length)];
}
