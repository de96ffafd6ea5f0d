using System.Diagnostics;
using System.Globalization;
using Holdfast.Terminal;

namespace Holdfast.Bench;

/// <summary>
/// The terminal model on one input in a process of its own, as the engines beside it have theirs: <c>Holdfast.Bench model FILE ROUNDS</c> prints the bytes
/// per second of each round, one a line, then what was allocated per byte. Stateless.
/// </summary>
internal static class ModelRounds
{
    // As much as a reader takes from a terminal at once when it is behind.
    private const int Chunk = 16 * 1024;

    // The compiler's, which compiles what turned out to be used much again, some tenths of a second later. As long as in terminal/xterm.mjs.
    private static readonly TimeSpan Warming = TimeSpan.FromSeconds(1.5);

    /// <summary>Exit code, or null where something else is asked for.</summary>
    public static int? TryRun(string[] args)
    {
        if (args is not ["model", var file, var rounds])
            return null;
        var bytes = File.ReadAllBytes(file);
        var model = new TerminalModel(new TerminalSize(80, 24));
        for (var begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun) < Warming;)
            Feed(model, bytes);
        var count = int.Parse(rounds, CultureInfo.InvariantCulture);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var speeds = new double[count];
        for (var i = 0; i < count; i++)
            speeds[i] = bytes.Length / Feed(model, bytes).TotalSeconds;
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        foreach (var speed in speeds)
            Console.WriteLine(speed.ToString("F0", CultureInfo.InvariantCulture));
        Console.WriteLine(((double)allocated / bytes.Length / count).ToString("F3", CultureInfo.InvariantCulture));
        return 0;
    }

    private static TimeSpan Feed(TerminalModel model, byte[] bytes)
    {
        var start = Stopwatch.GetTimestamp();
        for (var at = 0; at < bytes.Length; at += Chunk)
            model.Feed(bytes.AsSpan(at, Math.Min(Chunk, bytes.Length - at)));
        return Stopwatch.GetElapsedTime(start);
    }
}
