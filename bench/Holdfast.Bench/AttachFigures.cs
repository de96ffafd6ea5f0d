using System.Diagnostics;

namespace Holdfast.Bench;

/// <summary>How long `holdfast attach`, the whole process, takes to paint a session with much scrollback: warm, and after a crash of the daemon. Stateless.</summary>
internal static class AttachFigures
{
    private const int WarmRounds = 21;
    private const int Crashes = 9;
    private const double LongestWarmMs = 20;
    private const double LongestAfterCrashMs = 100;

    // The last that is painted.
    private const string End = "the-end";

    private const string Plain = "seq 1 10000; printf the-end; exec cat";

    private const string Coloured =
        @"awk 'BEGIN { for (i = 0; i < 10000; i++) printf ""\033[3%dm%05d\033[0m \033[1;4%dmword\033[0m \033[38;5;%dmmore text here\033[0m plain\n"", i % 8, i, i % 7, i % 256 }'; printf the-end; exec cat";

    public static async Task RunAsync(Report report)
    {
        // A person meets one crash; a row of them would wait longer by the ladder.
        await using var box = Sandbox.Create(("HOLDFAST_RESTART_DELAYS_MS", "0"));
        foreach (var (name, script) in new[] { ("plain", Plain), ("coloured", Coloured) })
        {
            await box.HoldfastAsync("new", name, "-d", "--", "sh", "-c", script);
            await PaintAsync(box, name);
            Samples warm = new(), whole = new(), crashed = new(), cat = new();
            var file = await PaintingAsync(box, name);
            for (var i = 0; i < WarmRounds; i++)
            {
                warm.Add(await PaintAsync(box, name));
                // The screen comes first by itself, and again below its scrollback.
                whole.Add(await PaintAsync(box, name, "again"));
                // What the terminal alone takes for as many bytes.
                cat.Add(await box.MicrosecondsAsync("prompt", End, "/bin/sh", "-c", $"stty raw; exec cat '{file}' -"));
            }

            File.Delete(file);
            for (var i = 0; i < Crashes; i++)
            {
                await KillDaemonAsync(box);
                crashed.Add(await PaintAsync(box, name));
            }

            report.Absolute($"`attach` to 10 000 {name} lines, warm, median", warm.Median / 1000, "ms", LongestWarmMs);
            report.Absolute($"`attach` to 10 000 {name} lines, warm, best", warm.Lowest / 1000, "ms", LongestWarmMs);
            report.Ratio($"`attach` to 10 000 {name} lines, warm, with all scrollback, median", whole.Median / 1000, cat.Median / 1000, "`cat` of the same bytes", "ms");
            report.Absolute($"`attach` to 10 000 {name} lines, after kill -9, median", crashed.Median / 1000, "ms", LongestAfterCrashMs);
        }
    }

    // Its terminal is closed without a word, so that its claim outlives it.
    private static Task<IEnumerable<double>> PaintAsync(Sandbox box, string session, string until = "prompt") =>
        box.MicrosecondsAsync(until, End, box.Holdfast, "attach", "--takeover", session);

    private static async Task<string> PaintingAsync(Sandbox box, string session)
    {
        var file = Path.GetTempFileName();
        await box.RunAsync("/bin/sh", "-c", $"'{box.Holdfast}' capture {session} --ansi --scrollback all > '{file}'");
        return file;
    }

    private static async Task KillDaemonAsync(Sandbox box)
    {
        await using var client = await box.ConnectAsync();
        using var process = Process.GetProcessById((await client.StatusAsync()).DaemonPid);
        process.Kill();
        await process.WaitForExitAsync();
    }
}
