using System.Globalization;
using System.Text;

namespace Holdfast.Bench;

/// <summary>What the engines are fed: the same bytes in every run, made here and written nowhere but into the build's directory. Stateless.</summary>
internal static class TerminalInputs
{
    private const int Bytes = 12 * 1024 * 1024;

    private const int Seed = 20260105;

    private static readonly string[] Words =
    [
        "session", "terminal", "the", "of", "connection", "returns", "bytes", "a", "ring", "offset", "when", "reader", "is", "late", "in", "checkpoint", "0x7ffe12", "error:", "src/main.c:120", "--flag",
    ];

    private static readonly string[] Wide = ["日本語", "端末", "한국어", "中文字符", "ひらがな", "カタカナ", "😀", "🚀", "👍", "✅", "größer", "→", "e\u0301"];

    public static IReadOnlyList<(string Name, byte[] Bytes)> All { get; } =
    [
        ("plain text", Make(Plain)),
        ("SGR-heavy", Make(Coloured)),
        ("CJK and emoji", Make(Mixed)),
        ("cursor-heavy TUI", Make(Frame)),
        ("cat of a large log", Make(Log)),
    ];

    private static byte[] Make(Action<StringBuilder, Random> part)
    {
        var random = new Random(Seed);
        var text = new StringBuilder();
        while (text.Length < Bytes)
            part(text, random);
        return Encoding.UTF8.GetBytes(text.ToString()).AsSpan(0, Bytes).ToArray();
    }

    private static string Word(Random random) => Words[random.Next(Words.Length)];

    private static void Plain(StringBuilder text, Random random)
    {
        for (var i = random.Next(3, 16); i > 0; i--)
            text.Append(Word(random)).Append(' ');
        text.Append("\r\n");
    }

    private static void Coloured(StringBuilder text, Random random)
    {
        for (var i = random.Next(3, 12); i > 0; i--)
            text.Append(Rendition(random)).Append(Word(random)).Append("\e[0m ");
        text.Append("\r\n");
    }

    private static string Rendition(Random random) => random.Next(6) switch
    {
        0 => $"\e[{random.Next(30, 38)}m",
        1 => $"\e[1;{random.Next(90, 98)}m",
        2 => $"\e[38;5;{random.Next(256)}m",
        3 => $"\e[38;2;{random.Next(256)};{random.Next(256)};{random.Next(256)}m",
        4 => $"\e[4;48;5;{random.Next(256)}m",
        _ => $"\e[3;38;5;{random.Next(256)};48;2;{random.Next(256)};{random.Next(256)};{random.Next(256)}m",
    };

    private static void Mixed(StringBuilder text, Random random)
    {
        for (var i = random.Next(3, 14); i > 0; i--)
            text.Append(random.Next(4) == 0 ? Word(random) : Wide[random.Next(Wide.Length)]).Append(random.Next(3) == 0 ? " " : "");
        text.Append("\r\n");
    }

    // A frame of a full-screen program: short pieces at many places, a box, a status line, a list that scrolls.
    private static void Frame(StringBuilder text, Random random)
    {
        text.Append("\e[?2026h\e[?25l");
        for (var i = 0; i < 30; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"\e[{random.Next(1, 23)};{random.Next(1, 70)}H{Rendition(random)}{Word(random)}");
            if (random.Next(4) == 0)
                text.Append("\e[m\e[K");
        }
        var top = random.Next(1, 12);
        text.Append(CultureInfo.InvariantCulture, $"\e[m\e[{top};10H┌────────┐");
        for (var row = 1; row < 5; row++)
            text.Append(CultureInfo.InvariantCulture, $"\e[{top + row};10H│\e[8X\e[8C│");
        text.Append(CultureInfo.InvariantCulture, $"\e[{top + 5};10H└────────┘\e[3;20r\e[20;1H\n\e[2M\e[r\e[24;1H\e[7m {Word(random)} {random.Next(100)}%\e[K\e[m");
        text.Append("\e[?25h\e[?2026l");
    }

    private static void Log(StringBuilder text, Random random)
    {
        var level = random.Next(12) switch { 0 => "\e[31mERROR\e[0m", 1 => "\e[33mWARN \e[0m", _ => "INFO " };
        text.Append(CultureInfo.InvariantCulture, $"2026-01-05T10:{random.Next(60):00}:{random.Next(60):00}.{random.Next(1000):000}Z {level} [worker-{random.Next(16)}] ");
        for (var i = random.Next(4, 22); i > 0; i--)
            text.Append(Word(random)).Append(random.Next(8) == 0 ? $"={random.Next(100000)}" : "").Append(' ');
        text.Append("\r\n");
    }
}
