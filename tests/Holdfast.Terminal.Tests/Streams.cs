using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Holdfast.Terminal.Tests;

/// <summary>Generated output of programs: pieces that are text or sequences, for properties that shrink by leaving pieces out.</summary>
internal static class Streams
{
    private static readonly string[] Texts =
    [
        "a", "hello", "The quick brown fox ", "0123456789abcdefghij", "漢", "字字字", "é", "e\u0301", "\u0301", "👍", "👨‍👩‍👧", "🇩🇪", "❤\ufe0f",
        "한국", "\u1100\u1161", "x\u200by", "─┼─", "\ufeff", " ", "   ", "q", "#",
    ];

    private static readonly string[] Controls =
    [
        "\r", "\n", "\r\n", "\b", "\t", "\x0e", "\x0f", "\a", "\v", "\x18", "\u0084", "\u0085", "\u008d", "\u009b2J", "\x7f", "\x05",
    ];

    private static readonly string[] Sequences =
    [
        "\e7", "\e8", "\eD", "\eM", "\eE", "\eH", "\e6", "\e9", "\e(0", "\e)0", "\e(B", "\e*A", "\e(A", "\en", "\eo", "\eN", "\eO", "\e=", "\e>", "\e#8", "\e[s", "\e[u", "\e[!p",
        "\e[?47h", "\e[?47l", "\e[?1047h", "\e[?1047l", "\e[?1049h", "\e[?1049l", "\e[?1048h", "\e[?1048l", "\e[?6h", "\e[?6l", "\e[?7h", "\e[?7l", "\e[?69h", "\e[?69l",
        "\e[4h", "\e[4l", "\e[20h", "\e[20l", "\e[?45h", "\e[?2027h", "\e[?2027l", "\e[?25l", "\e[?1000h", "\e[?1003h", "\e[?1006h", "\e[?2004h", "\e[?1000s", "\e[?7s", "\e[?7r", "\e[?5W",
        "\e[1\"q", "\e[0\"q", "\e[?1J", "\e[?2K", "\e[3g", "\e[g", "\e[2 q", "\e[0 q", "\e[5 q", "\e[>5u", "\e[<u", "\e[=3;2u", "\e[>4;2m", "\e[22t", "\e[23t", "\e[1*x", "\e[2*x",
        "\e]0;one\e\\", "\e]1;icon\a", "\e]2;zwei\u00fc\a", "\e]7;file://h/tmp\a", "\e]8;;http://x/\a", "\e]8;id=1;http://y/\a", "\e]8;;\a", "\e]4;1;#123456\a", "\e]104\a", "\e]10;rgb:1/2/3\a", "\e]110\a",
        "\eP1$qm\e\\", "\e_hidden\e\\", "\e[<1;2;3M", "\e[?9999h", "\e[1;2;3;4;5$x", "\e[65;1;1;3;5$x", "\e[1;1;2;4$z", "\e[1;1;2;4${", "\e[1;1;2;4;1;2;3$v", "\e[1;1;3;6;1;7$r", "\e[1;2;3;6;4$t",
        "\e[3J", "\e[5b", "\ec", "\e[?2026h", "\e[?2026l",
    ];

    // What a cut in mid-sequence leaves open.
    private static readonly string[] Open = ["\e", "\e[", "\e[?1", "\e[1;", "\e[38:2:", "\e[0 ", "\e]0;ti", "\e]", "\eP$q", "\eP1;2", "\ePx", "\eX", "\e(", "\e[0?", "\e]x"];

    private static readonly char[] Finals = [.. "ABCDEFGHIJKLMPSTXZ@`abdefrm"];

    private static readonly int[] Renditions = [0, 1, 2, 3, 4, 5, 7, 8, 9, 21, 22, 24, 27, 31, 39, 42, 49, 53, 59, 95, 103];

    private static Gen<string> Numbered =>
        from final in Gen.Elements(Finals)
        from first in Gen.Choose(0, 12)
        from second in Gen.Choose(0, 12)
        from both in Gen.Elements(true, false)
        select both ? $"\e[{first};{second}{final}" : $"\e[{first}{final}";

    private static Gen<string> Rendition =>
        Gen.OneOf(
            Gen.Elements(Renditions).Select(n => $"\e[{n}m"),
            Gen.Choose(0, 255).Select(n => $"\e[38;5;{n}m"),
            Gen.Choose(0, 255).Select(n => $"\e[48;2;{n};0;9m"),
            Gen.Choose(0, 5).Select(n => $"\e[4:{n}m"),
            Gen.Choose(0, 255).Select(n => $"\e[58:5:{n}m"));

    public static Gen<string> Piece =>
        Gen.Frequency(
            (8, Gen.Elements(Texts)), (4, Gen.Elements(Controls)), (6, Gen.Elements(Sequences)), (5, Numbered), (3, Rendition));

    public static Arbitrary<Stream> Any =>
        Arb.From(from columns in Gen.Choose(1, 14)
         from rows in Gen.Choose(1, 6)
         from pieces in Piece.ArrayOf()
         from open in Gen.Frequency((3, Gen.Constant("")), (1, Gen.Elements(Open)))
         select new Stream(columns, rows, pieces, open), Shrink);

    private static IEnumerable<Stream> Shrink(Stream stream)
    {
        if (stream.Open.Length > 0)
            yield return stream with { Open = "" };
        for (var half = stream.Pieces.Length / 2; half > 0; half /= 2)
        {
            for (var at = 0; at + half <= stream.Pieces.Length; at += half)
                yield return stream with { Pieces = [.. stream.Pieces[..at], .. stream.Pieces[(at + half)..]] };
        }
    }

    /// <summary>The stream, and between and behind its two halves plain lines by the hundred: short, empty, wrapping, a few with other ends.</summary>
    public static byte[] WithManyLines(Stream stream)
    {
        var random = new Random(stream.Bytes.Length);
        var half = stream.Pieces.Length / 2;
        return Encoding.UTF8.GetBytes(string.Concat(stream.Pieces[..half]) + ManyLines(random) + string.Concat(stream.Pieces[half..]) + ManyLines(random) + stream.Open);
    }

    private static string ManyLines(Random random)
    {
        var text = new StringBuilder();
        for (var i = random.Next(100, 400); i > 0; i--)
            text.Append(i).Append('x', random.Next(30)).Append(random.Next(200) switch { 0 => "\n", 1 => "\r over\r\n", 2 => "\e[1m\r\n", 3 => "\e[m\r\n", 4 => "\r\n\r\n", _ => "\r\n" });
        return text.ToString();
    }

    // Numbers of renditions as programs write them, one or several at once; some are of too many digits, or of too few numbers.
    private static Gen<string> Shaped =>
        from kind in Gen.Choose(0, 11)
        from plain in Gen.Elements(Renditions)
        from first in Gen.Elements(0, 7, 42, 99, 100, 128, 255, 256, 300, 999, 1000)
        from second in Gen.Choose(0, 255)
        from ground in Gen.Elements(38, 48)
        select kind switch
        {
            0 => $"\e[{plain};{second}m",
            1 => $"\e[{plain};{ground};5;{first}m",
            2 => $"\e[{ground};5;{first};{86 - ground};5;{second}m",
            3 => $"\e[{ground};2;{first};{second};{plain}m",
            4 => $"\e[{plain};{ground};5;{first};48;2;{second};{plain};255m",
            5 => $"\e[{plain};38;2;{first};{second};0m",
            6 => $"\e[38;2;{second};1;{first};48;2;{plain};{second};1m",
            7 => $"\e[{plain};{first};{second}m",
            8 => $"\e[{ground};{first};{second}m",
            9 => $"\e[{ground};2;{first};{second}m",
            10 => $"\e[{ground};5;{second};;;;;;{plain}m",
            _ => $"\e[{first}m",
        };

    // Sequences as they stand between coloured words, and what looks like one of them and is none, or asks for more.
    private static readonly string[] Oddities =
    [
        "\e[m", "\e[0m", "\e[00m", "\e[;m", "\e[1;m", "\e[0;m", "\e[38;5m", "\e[38;5;m", "\e[38m", "\e[38;9;1m", "\e[48;2;1;2m", "\e[58;5;3m", "\e[38;5;1234m", "\e[300m",
        "\e[38;5;7;1;48;2;1;2;3;4m", "\e[1;2;3;4;5;7;8;9;53m", "\e[38:5:3m", "\e[38;5:3m", "\e[:3m", "\e[0:1m", "\e[38;5;1:2m", "\e[38;2;1;2:3;4m", "\e[38;52;3m", "\e[38;25m", "\e[138;5;3m", "\e[38;5;3\x7fm", "\e[38;5;3 m", "\e[>4;1m", "\e[0 q", "\e[1\"q", "\e[0K", "\e[0n", "\e]8;;http://x/\a", "\e]8;;\a", "\e[4h", "\e[4l",
        "\e(0", "\e(B", "\t", "\b", "\r", "\x7f", "é", "字", "\u0301", "\e[3C", "\e[2G", "\e[3b",
    ];

    /// <summary>Coloured words in rows of an ordinary width, mostly ended and sometimes wrapped, with oddities between.</summary>
    public static Arbitrary<Stream> Coloured =>
        Arb.From(from columns in Gen.Choose(15, 90)
         from rows in Gen.Choose(1, 6)
         from pieces in Gen.Frequency(
             (9, Rendition), (9, Shaped), (6, Gen.Constant("\e[0m")), (12, Gen.Choose(1, 24).Select(n => "abcdefghijklmnopqrstuvwxyz"[..n])), (6, Gen.Constant(" ")), (2, Gen.Constant("\r\n")), (3, Gen.Elements(Oddities))).ArrayOf()
         select new Stream(columns, rows, pieces, ""), Shrink);

    private static readonly string[] DrawnOddities =
    [
        "\e[H", "\e[2H", "\e[;5H", "\e[3;H", "\e[;H", "\e[002;0004H", "\e[1000;2H", "\e[0001H", "\e[10000H", "\e[2;1000H", "\e[1;2;3H", "\e[1:2H", "\e[?1;2H", "\e[2;3f", "\e[1;2\x7fH",
        "\e[2;1\rH", "\e[2;é", "\e[K", "\e[1K", "\e[2J", "\e[3X", "\e[2P", "\e[2@", "\e[2C", "\e[2;3X", "\e[2;3C", "\e[2K", "\e[?2K", "\e[?2027h", "\e[?2027l", "\e[?6h", "\e[?6l", "\e[?69h\e[3;9s", "\e[?69l", "\e[4h", "\e[4l", "\e[?7l",
        "\e[?7h", "\e[2;3r", "\e[r", "\e(0", "\e(B", "\e]8;;u\a", "\e]8;;\a", "\e[1\"q", "字", "─┐", "e\u0301", "\u0301", "\e[3b", "\e[?1049h", "\e[?1049l", "\r\n",
    ];

    /// <summary>Words put here and there on a screen, as full-screen programs do, with oddities between.</summary>
    public static Arbitrary<Stream> Drawn =>
        Arb.From(from columns in Gen.Choose(2, 40)
         from rows in Gen.Choose(1, 6)
         from pieces in Gen.Frequency(
             (12, from row in Gen.Choose(0, rows + 1) from column in Gen.Choose(0, columns + 1) select $"\e[{row};{column}H"),
             (5, Rendition), (4, Shaped), (2, Gen.Constant("\e[m")),
             (6, from final in Gen.Elements([.. "CGKX"]) from count in Gen.Choose(0, columns + 1) select count == 0 ? $"\e[{final}" : $"\e[{count}{final}"),
             (4, Gen.Elements("│", "┌──────┐", "─┼─", "▀▄█", "─字", "字字字", "a字b字c字", "─\u0301", "é─")),
             (12, Gen.Choose(1, 24).Select(n => "abcdefghijklmnopqrstuvwxyz"[..n])), (5, Gen.Elements(DrawnOddities))).ArrayOf()
         select new Stream(columns, rows, pieces, ""), Shrink);

    /// <summary>A terminal's size and what is fed to it.</summary>
    internal sealed record Stream(int Columns, int Rows, string[] Pieces, string Open)
    {
        public byte[] Bytes => Encoding.UTF8.GetBytes(string.Concat(Pieces) + Open);

        public TerminalModel Feed()
        {
            var model = new TerminalModel(new TerminalSize(Columns, Rows));
            model.Feed(Bytes);
            return model;
        }

        public override string ToString() => $"{Columns}x{Rows} {string.Concat(Pieces)}{Open}".Replace("\e", "\\e", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
    }
}
