using System.Diagnostics;
using System.Globalization;
using Holdfast.Terminal;

namespace Holdfast.Bench;

/// <summary>The terminal model beside @xterm/headless and libvterm, in turns on the same bytes; what it allocates and what it costs to keep. Needs no daemon.</summary>
internal static class TerminalFigures
{
    // As much as a reader takes from a terminal at once when it is behind.
    private const int Chunk = 16 * 1024;

    // The engines take turns so often; each round of a turn is one value.
    private const int Turns = 3;

    private const int RoundsPerTurn = 3;

    private static readonly TerminalSize Size = new(80, 24);

    // What each input is to reach beside @xterm/headless.
    private static readonly Dictionary<string, double> Targets = new(StringComparer.Ordinal)
    {
        ["plain text"] = 4, ["SGR-heavy"] = 5, ["CJK and emoji"] = 3, ["cursor-heavy TUI"] = 7,
    };

    public static Task RunAsync(Report report)
    {
        var folder = Directory.CreateTempSubdirectory("holdfast-bench-");
        foreach (var (name, bytes) in TerminalInputs.All)
        {
            var file = Path.Combine(folder.FullName, "input.vt");
            File.WriteAllBytes(file, bytes);
            Compare(report, name, bytes, file);
        }
        folder.Delete(recursive: true);
        TerminalMemory.Measure(report);
        return Task.CompletedTask;
    }

    private static void Compare(Report report, string name, byte[] bytes, string file)
    {
        var (model, xterm, vterm) = (new Samples(), new Samples(), new Samples());
        Rounds(bytes, RoundsPerTurn * 2, new Samples());
        var allocated = 0.0;
        for (var turn = 0; turn < Turns; turn++)
        {
            allocated = Rounds(bytes, RoundsPerTurn, model);
            Other(xterm, "node", "--no-warnings", Variable("BENCH_XTERM"), file, RoundsPerTurn.ToString(CultureInfo.InvariantCulture));
            Other(vterm, Variable("BENCH_VTERM"), file, RoundsPerTurn.ToString(CultureInfo.InvariantCulture));
        }
        double? limit = Targets.TryGetValue(name, out var target) ? target : null;
        report.Ratio($"model, {name}, median", model.Median, xterm.Median, "@xterm/headless", "MB/s", limit, atLeast: true);
        report.Ratio($"model, {name}, best", model.Highest, xterm.Highest, "@xterm/headless", "MB/s");
        report.Ratio($"model, {name}, median", model.Median, vterm.Median, "libvterm", "MB/s");
        report.Absolute($"model, {name}, allocated per byte fed", allocated, "bytes", atMost: 1);
    }

    /// <summary>MB/s of each round into <paramref name="speeds"/>; returns the bytes allocated per byte fed.</summary>
    private static double Rounds(byte[] bytes, int count, Samples speeds)
    {
        var model = new TerminalModel(Size);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < count; round++)
        {
            var start = Stopwatch.GetTimestamp();
            for (var at = 0; at < bytes.Length; at += Chunk)
                model.Feed(bytes.AsSpan(at, Math.Min(Chunk, bytes.Length - at)));
            speeds.Add(bytes.Length / 1e6 / Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        return (GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)bytes.Length / count;
    }

    private static void Other(Samples speeds, string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} ended with code {process.ExitCode}");
        speeds.Add(lines.Select(l => double.Parse(l, CultureInfo.InvariantCulture) / 1e6));
    }

    private static string Variable(string name) =>
        Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"{name} is not set: run bench/run terminal");
}
