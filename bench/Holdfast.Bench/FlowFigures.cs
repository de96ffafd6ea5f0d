using System.Diagnostics;
using System.Globalization;
using Holdfast.Protocol.V1;

namespace Holdfast.Bench;

/// <summary>What flow control costs and keeps apart: acknowledgements, a stopped reader, the end of a large tree. Stateless.</summary>
internal static class FlowFigures
{
    private const int Repetitions = 7;
    private const int LongRepetitions = 3;
    private const long Long = 512L << 20;
    private const double NanosecondsPerMillisecond = 1e6;
    private const int TreeProcesses = 500;
    private const int StopSignal = 19;
    private const int KillSignal = 9;

    public static async Task RunAsync(Report report)
    {
        await using var box = Sandbox.Create();
        await box.HoldfastAsync("new", "warm", "-d", "--", "true");
        await AcknowledgementsAsync(box, report);
        await HeldBackAsync(box, report);
        await StoppedReaderAsync(box, report);
        await KillAsync(box, report);
    }

    private static async Task AcknowledgementsAsync(Sandbox box, Report report)
    {
        await using var client = await box.ConnectAsync();
        var daemon = (await client.StatusAsync()).DaemonPid;
        Samples with = new(), without = new(), work = new(), workWithout = new();
        for (var i = 0; i < Repetitions; i++)
        {
            var begun = RunNanoseconds(daemon);
            with.Add(await ThroughputFigures.ClientsAsync(box, 1, Ignore));
            var between = RunNanoseconds(daemon);
            without.Add(await ThroughputFigures.ClientsAsync(box, 1, Ignore, ackThreshold: 0));
            work.Add((between - begun) / NanosecondsPerMillisecond);
            workWithout.Add((RunNanoseconds(daemon) - between) / NanosecondsPerMillisecond);
        }

        report.Ratio("throughput in green, with acknowledgements, median", with.Median, without.Median, "without", "MB/s", 0.98, atLeast: true);
        report.Ratio("the daemon's processor time for 128 MiB in green, with acknowledgements, median", work.Median, workWithout.Median, "without", "ms", 1.02);
        report.Ratio("the daemon's processor time for 128 MiB in green, with acknowledgements, least", work.Lowest, workWithout.Lowest, "without", "ms", 1.02);
    }

    // A second reader that acknowledges nothing goes through yellow to red; what holding it back costs is what it costs above a reader in green.
    private static async Task HeldBackAsync(Sandbox box, Report report)
    {
        await using var client = await box.ConnectAsync();
        var daemon = (await client.StatusAsync()).DaemonPid;
        Samples red = new(), green = new();
        for (var i = 0; i < Repetitions; i++)
        {
            green.Add(await BesideAsync(box, daemon, ackThreshold: 100));
            red.Add(await BesideAsync(box, daemon, ackThreshold: int.MaxValue));
        }

        report.Ratio("the daemon's processor time beside a reader in yellow and red, median", red.Median, green.Median, "one in green", "ms", 1.05);
    }

    private static async Task<double> BesideAsync(Sandbox box, int daemon, int ackThreshold)
    {
        await using var second = await box.ConnectAsync(readOnReceiveLoop: true, ackThreshold);
        Task<long>? reading = null;
        var begun = RunNanoseconds(daemon);
        await ThroughputFigures.ClientsAsync(box, 1, Ignore, attached: async () =>
            reading = ThroughputFigures.CountAsync(await second.AttachAsync(new AttachRequest { Session = "c", Start = true, As = AttachAs.AsObserver })));
        await reading!;
        return (RunNanoseconds(daemon) - begun) / NanosecondsPerMillisecond;
    }

    // What the scheduler gave its main thread, which is the loop.
    private static double RunNanoseconds(int pid) =>
        double.Parse(File.ReadAllText($"/proc/{pid}/schedstat").Split(' ')[0], CultureInfo.InvariantCulture);

    private static async Task StoppedReaderAsync(Sandbox box, Report report)
    {
        Samples beside = new(), alone = new();
        for (var i = 0; i < LongRepetitions; i++)
        {
            alone.Add(await ThroughputFigures.ClientsAsync(box, 1, Ignore, produced: Long));
            Process? tail = null;
            beside.Add(await ThroughputFigures.ClientsAsync(box, 1, Ignore, produced: Long, attached: async () =>
            {
                tail = box.Start("/bin/sh", "-c", $"exec '{box.Holdfast}' tail c > /dev/null");
                await using var watcher = await box.ConnectAsync();
                while ((await watcher.InspectAsync("c")).Clients < 2)
                    await Task.Yield();
                await box.RunAsync("kill", $"-{StopSignal}", $"{tail.Id}");
            }));
            await box.RunAsync("kill", $"-{KillSignal}", $"{tail!.Id}");
            await tail.WaitForExitAsync();
            tail.Dispose();
        }

        report.Ratio("throughput beside a stopped reader, median", beside.Median, alone.Median, "alone", "MB/s", 0.95, atLeast: true);
        report.Ratio("throughput beside a stopped reader, best", beside.Highest, alone.Highest, "alone", "MB/s", 0.95, atLeast: true);
    }

    private static async Task KillAsync(Sandbox box, Report report)
    {
        Samples polite = new(), stubborn = new();
        for (var i = 0; i < Repetitions; i++)
        {
            polite.Add(await KillTreeAsync(box, ""));
            stubborn.Add(await KillTreeAsync(box, "trap '' HUP TERM; ", "--timeout", "0.1"));
        }

        report.Absolute($"kill of {TreeProcesses} processes, median", polite.Median, "ms", 1000);
        report.Absolute($"kill of {TreeProcesses} processes, worst", polite.Highest, "ms", 1000);
        report.Absolute($"kill of {TreeProcesses} processes that ignore HUP and TERM, --timeout 0.1, median", stubborn.Median, "ms", 1000);
    }

    private static async Task<double> KillTreeAsync(Sandbox box, string trap, params string[] options)
    {
        var script = $"{trap}i=0; while [ $i -lt {TreeProcesses} ]; do sleep 1000 & i=$((i+1)); done; echo all; wait";
        await box.HoldfastAsync("new", "tree", "-d", "--", "/bin/sh", "-c", script);
        await using var watcher = await box.ConnectAsync();
        while ((await watcher.InspectAsync("tree")).Head == 0)
            await Task.Yield();
        var begun = Stopwatch.GetTimestamp();
        await box.HoldfastAsync(["kill", "tree", .. options]);
        var time = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
        await watcher.KillAsync("tree");
        return time;
    }

    private static void Ignore(bool whole) => _ = whole;
}
