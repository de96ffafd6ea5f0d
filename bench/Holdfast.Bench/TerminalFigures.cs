using System.Diagnostics;
using System.Globalization;

namespace Holdfast.Bench;

/// <summary>The terminal model beside @xterm/headless and libvterm, in turns on the same bytes, each in a process of its own for each input; what it allocates and what it costs to keep. Needs no daemon.</summary>
internal static class TerminalFigures
{
    // The engines take turns so often; each round of a turn is one value.
    private const int Turns = 5;

    private const int RoundsPerTurn = 3;

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
            Compare(report, name, file);
        }
        folder.Delete(recursive: true);
        TerminalMemory.Measure(report);
        return Task.CompletedTask;
    }

    private static void Compare(Report report, string name, string file)
    {
        var (model, xterm, vterm) = (new Samples(), new Samples(), new Samples());
        var (rounds, allocated) = (RoundsPerTurn.ToString(CultureInfo.InvariantCulture), 0.0);
        for (var turn = 0; turn < Turns; turn++)
        {
            var lines = Run(Environment.ProcessPath!, "model", file, rounds);
            model.Add(Speeds(lines[..^1]));
            allocated = double.Parse(lines[^1], CultureInfo.InvariantCulture);
            xterm.Add(Speeds(Run("node", "--no-warnings", Variable("BENCH_XTERM"), file, rounds)));
            vterm.Add(Speeds(Run(Variable("BENCH_VTERM"), file, rounds)));
        }
        double? limit = Targets.TryGetValue(name, out var target) ? target : null;
        report.Ratio($"model, {name}, median", model.Median, xterm.Median, "@xterm/headless", "MB/s", limit, atLeast: true);
        report.Ratio($"model, {name}, best", model.Highest, xterm.Highest, "@xterm/headless", "MB/s");
        report.Ratio($"model, {name}, median", model.Median, vterm.Median, "libvterm", "MB/s");
        report.Absolute($"model, {name}, allocated per byte fed", allocated, "bytes", atMost: 1);
    }

    // Bytes per second, one a line.
    private static IEnumerable<double> Speeds(IEnumerable<string> lines) => lines.Select(l => double.Parse(l, CultureInfo.InvariantCulture) / 1e6);

    private static string[] Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} ended with code {process.ExitCode}");
        return lines;
    }

    private static string Variable(string name) =>
        Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"{name} is not set: run bench/run terminal");
}
