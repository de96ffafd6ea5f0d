using System.Diagnostics;
using System.Text;

namespace Holdfast.Terminal.Agreement.Fuzz;

/// <summary>What a model may keep and how long it may work, whatever a program writes for how long.</summary>
public sealed class BoundTests
{
    // A checkpoint must fit into its slot of the session's memory.
    public const int CheckpointBytes = 2 * 1024 * 1024;

    // Both screens, the scrollback's bytes, the tables of what is rare, each at its bound.
    private const long ModelBytes = 6 * 1024 * 1024;

    private const int Megabytes = 24;

    private static readonly TerminalSize Size = new(80, 24);

    public static TheoryData<string> Endless() => new(
        "OSC", "DCS", "APC", "CSI parameters", "titles", "title stack", "links", "colours", "underline colours", "clusters", "marks", "palette", "keyboard flags", "lines", "long lines", "directories");

    [Theory]
    [MemberData(nameof(Endless))]
    public void Endless_input_stays_within_its_bound(string kind)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var model = new TerminalModel(Size);
        var number = 0;
        model.Feed(Encoding.UTF8.GetBytes(Opening(kind)));
        for (var fed = 0; fed < Megabytes * 1024 * 1024;)
        {
            var text = new StringBuilder();
            while (text.Length < 32 * 1024)
                text.Append(One(kind, number++));
            var bytes = Encoding.UTF8.GetBytes(text.ToString());
            model.Feed(bytes);
            fed += bytes.Length;
        }
        var kept = GC.GetTotalMemory(forceFullCollection: true) - before;
        var slot = new byte[CheckpointBytes];
        var written = TerminalCheckpoint.Write(model, slot);
        Assert.True(kept < ModelBytes, $"{kind}: {kept / 1024} KiB are kept");
        Assert.True(written is { Bytes: > 0, DroppedLines: 0 }, $"{kind}: {written}");
        Assert.True(model.StateEquals(TerminalCheckpoint.Read(slot.AsSpan(0, written.Bytes))));
    }

    /// <summary>Few bytes must not cost much work: a count is clamped to what the screen has.</summary>
    [Theory]
    [InlineData("x\e[65535b")]
    [InlineData("\e[2147483647S")]
    [InlineData("\e[2147483647T")]
    [InlineData("\e[2147483647L")]
    [InlineData("\e[2147483647M")]
    [InlineData("\e[2147483647@")]
    [InlineData("\e[2147483647P")]
    [InlineData("\e[2147483647X")]
    [InlineData("\e[2147483647I")]
    [InlineData("\e[2147483647Z")]
    [InlineData("\e[2147483647'}")]
    [InlineData("\e[2147483647 @")]
    [InlineData("\e[1;1;65535;65535$z")]
    [InlineData("\e[1;1;65535;65535;1;1;1$v")]
    [InlineData("\e#8")]
    [InlineData("\e[?1049h\e[?1049l")]
    public void A_few_bytes_cost_little_work(string sequence)
    {
        const int Times = 200;
        var model = new TerminalModel(new TerminalSize(300, 100));
        var bytes = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(sequence, Times)));
        var start = Stopwatch.GetTimestamp();
        model.Feed(bytes);
        // The dearest touches each of 30 000 cells; even a loaded machine does that in a tenth of this.
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromMilliseconds(20 * Times), $"{Stopwatch.GetElapsedTime(start).TotalMilliseconds / Times} ms each");
    }

    private static string Opening(string kind) => kind switch { "OSC" => "\e]2;", "DCS" => "\ePq", "APC" => "\e_", "CSI parameters" => "\e[", "clusters" => "\e[?2027h", _ => "" };

    private static string One(string kind, int i) => kind switch
    {
        "OSC" or "DCS" or "APC" => $"what never ends {i} ",
        "CSI parameters" => $"{i};",
        "titles" => $"\e]2;{new string('t', i % 5000)}{i}\a",
        "title stack" => $"\e]2;{new string('t', i % 2000)}{i}\a\e[22t",
        "links" => $"\e]8;id={i};http://example.org/{i}/{new string('p', i % 500)}\alink {i}\e]8;;\a ",
        "colours" => $"\e[38;2;{i & 255};{(i >> 8) & 255};{(i >> 16) & 255};48;2;{(i >> 3) & 255};1;2mc",
        "underline colours" => $"\e[4:{i % 6};58;2;{i & 255};{(i >> 8) & 255};{(i >> 16) & 255}mu",
        "clusters" => char.ConvertFromUtf32(0x1f300 + i % 500) + "\u200d" + char.ConvertFromUtf32(0x1f300 + i / 500 % 500),
        "marks" => "a" + string.Concat(Enumerable.Range(0, i % 300).Select(n => (char)(0x300 + (n + i) % 0x6f))),
        "palette" => $"\e]4;{i % 256};rgb:{i & 255:x2}/00/00\a",
        "keyboard flags" => $"\e[>{i % 32}u",
        "lines" => $"\r\n{i}",
        "long lines" => $"{i} ",
        "directories" => $"\e]7;file://host/{new string('d', i % 3000)}{i}\a",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such kind"),
    };
}
