using System.Diagnostics;
using System.Text;

namespace Holdfast.Bench;

/// <summary>
/// samples/warm-grep as a user has it: whole processes, a native client with a daemon under the JIT and with a native one. BENCH_RPC_NATIVE and
/// BENCH_RPC_JIT name the two builds, of one build timestamp. Stateless.
/// </summary>
internal static class RpcSampleFigures
{
    private const int ColdStarts = 7;
    private const int WarmCalls = 200;
    private const int SlowCalls = 7;
    private const int Seed = 7;

    // What a program of some size has: more than a search reads in a moment.
    private const int Files = 4000;
    private const int FileBytes = 32 * 1024;
    private const int FilesOfAFolder = 100;
    private const int NeedleEvery = 500;

    public static async Task RunAsync(Report report)
    {
        if (Environment.GetEnvironmentVariable("BENCH_RPC_NATIVE") is not { Length: > 0 } native || Environment.GetEnvironmentVariable("BENCH_RPC_JIT") is not { Length: > 0 } jit)
        {
            report.Fact("rpc: whole processes of a native client", "not measured: bench/run builds it where there is a linker");
            return;
        }
        var place = Directory.CreateTempSubdirectory("hfrpc-").FullName;
        try
        {
            var small = Directory.CreateDirectory(Path.Combine(place, "small")).FullName;
            await File.WriteAllTextAsync(Path.Combine(small, "a.txt"), "a needle here\n");
            await CallsAsync(report, new Sample(native, jit, place), "JIT", small);
            await CallsAsync(report, new Sample(native, native, place), "native", small);
            var large = Path.Combine(place, "large");
            Fill(large);
            await SearchesAsync(report, new Sample(native, native, place), "native", large);
            await SearchesAsync(report, new Sample(jit, jit, place), "JIT", large);
            var grep = new Samples();
            for (var i = 0; i < SlowCalls; i++)
                grep.Add((await new Sample("/bin/grep", "", place).CallAsync("-rnF", "needle", large)).Whole);
            report.Absolute("rpc: grep -rnF on the same files, median", grep.Median, "ms");
        }
        finally
        {
            Directory.Delete(place, recursive: true);
        }
    }

    private static async Task CallsAsync(Report report, Sample sample, string kind, string folder)
    {
        Samples cold = new(), first = new(), whole = new();
        for (var i = 0; i < ColdStarts; i++)
        {
            await sample.StopAsync();
            cold.Add((await sample.CallAsync("needle", folder)).Whole);
        }
        for (var i = 0; i < WarmCalls; i++)
        {
            var (chunk, end) = await sample.CallAsync("needle", folder);
            first.Add(chunk);
            whole.Add(end);
        }
        await sample.StopAsync();
        report.Absolute($"rpc: cold start, native client and {kind} daemon, whole process, median", cold.Median, "ms", 500);
        report.Absolute($"rpc: warm call, native client and {kind} daemon, process start to first byte, median", first.Median, "ms", 50);
        report.Absolute("rpc: the same to the end of the process, median", whole.Median, "ms", 50);
        report.Absolute("rpc: the same, 99th percentile", whole.P99, "ms");
        report.Absolute("rpc: the same, least", whole.Lowest, "ms");
    }

    private static async Task SearchesAsync(Report report, Sample sample, string kind, string folder)
    {
        Samples cold = new(), warm = new(), alone = new();
        for (var i = 0; i < SlowCalls; i++)
        {
            await sample.StopAsync();
            cold.Add((await sample.CallAsync("needle", folder)).Whole);
            for (var j = 0; j < SlowCalls; j++)
                warm.Add((await sample.CallAsync("needle", folder)).Whole);
            alone.Add((await sample.CallAsync("--cold", "needle", folder)).Whole);
        }
        await sample.StopAsync();
        report.Absolute($"rpc: warm-grep of {Files} files, {kind}: cold, median", cold.Median, "ms");
        report.Absolute($"rpc: warm-grep of {Files} files, {kind}: in its own process, median", alone.Median, "ms");
        report.Ratio($"rpc: warm-grep of {Files} files, {kind}: warm, median", warm.Median, alone.Median, "in its own process", "ms", 0.5);
    }

    private static void Fill(string root)
    {
        var random = new Random(Seed);
        var words = Enumerable.Range(0, 5000).Select(_ => new string([.. Enumerable.Range(0, random.Next(2, 12)).Select(_ => (char)random.Next('a', 'z' + 1))])).ToArray();
        var text = new StringBuilder();
        for (var i = 0; i < Files; i++)
        {
            text.Clear();
            while (text.Length < FileBytes)
                text.Append(words[random.Next(words.Length)]).Append(random.Next(10) == 0 ? '\n' : ' ');
            if (i % NeedleEvery == 0)
                text.Append("a needle here\n");
            var folder = Directory.CreateDirectory(Path.Combine(root, $"{i / FilesOfAFolder}"));
            File.WriteAllText(Path.Combine(folder.FullName, $"{i}.txt"), text.ToString());
        }
    }

    /// <summary>A build of the sample, and the daemon it starts. Immutable.</summary>
    private sealed record Sample(string Client, string Daemon, string Place)
    {
        public async Task StopAsync() => await CallAsync("daemon", "stop");

        /// <summary>Milliseconds from the start of its process to its first byte, and to its end.</summary>
        public async Task<(double First, double Whole)> CallAsync(params string[] arguments)
        {
            var start = new ProcessStartInfo(Client, arguments)
            {
                RedirectStandardOutput = true,
                UseShellExecute = false,
                Environment = { ["DAEMON_RPC_DIR"] = Path.Combine(Place, "run"), ["WARM_GREP_DAEMON"] = Daemon },
            };
            var buffer = new byte[4096];
            var begun = Stopwatch.GetTimestamp();
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.BaseStream;
            var read = await output.ReadAsync(buffer);
            var first = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
            while (read > 0)
                read = await output.ReadAsync(buffer);
            await process.WaitForExitAsync();
            return process.ExitCode == 0 ? (first, Stopwatch.GetElapsedTime(begun).TotalMilliseconds) : throw new InvalidOperationException($"{Client} ended with {process.ExitCode}");
        }
    }
}
