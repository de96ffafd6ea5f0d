using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Holdfast.DaemonRpc.Client;

namespace Holdfast.Bench;

/// <summary>
/// The daemon-rpc library: its cold start, a warm call, its stream beside a plain socket, its idle daemon. The daemon is this program under the JIT. Stateless.
/// </summary>
internal static class RpcFigures
{
    private const int ColdStarts = 5;
    private const int WarmCalls = 300;
    private const int StreamRuns = 3;
    private const int Stamps = 500;
    private const int Kills = 20;
    private const long StreamBytes = 512L * 1024 * 1024;
    // A writer that was just started runs code the compiler has not seen yet; the daemon it is compared with does not.
    private const long WarmUpBytes = 256L * 1024 * 1024;
    private const double Mebibyte = 1024 * 1024;

    private static string Self => Environment.ProcessPath!;

    public static async Task RunAsync(Report report)
    {
        var place = Directory.CreateTempSubdirectory("hfrpc-").FullName;
        try
        {
            await CallsAsync(report, place);
            await StreamAsync(report, place);
            await IdleAsync(report, place);
            await StampsAsync(report, place);
            await KillsAsync(report, place);
            await RpcSampleFigures.RunAsync(report);
        }
        finally
        {
            await RpcPeers.Client(place).Control.StopAsync();
            Directory.Delete(place, recursive: true);
        }
    }

    private static async Task CallsAsync(Report report, string place)
    {
        var client = RpcPeers.Client(place);
        Samples cold = new(), first = new(), whole = new();
        for (var i = 0; i < ColdStarts; i++)
        {
            await client.Control.StopAsync();
            cold.Add((await CallAsync(client, 1)).Whole);
        }
        for (var i = 0; i < WarmCalls; i++)
        {
            var (chunk, end) = await CallAsync(client, 1);
            first.Add(chunk);
            whole.Add(end);
        }
        report.Absolute("rpc: cold start of a JIT daemon and its first command, median", cold.Median, "ms", 500);
        report.Absolute("rpc: warm call in a running client to the first chunk, median", first.Median, "ms", 5);
        report.Absolute("rpc: the same to its exit code, median", whole.Median, "ms", 5);
        report.Absolute("rpc: the same, 99th percentile", whole.P99, "ms", 50);
    }

    private static async Task<(double First, double Whole)> CallAsync(DaemonClient client, long bytes)
    {
        var begun = Stopwatch.GetTimestamp();
        await using var counted = new CountingStream();
        await client.ExecuteAsync(CommandRequest.Of("", "stream", $"{bytes}"), counted, Stream.Null);
        if (counted.Count != bytes)
            throw new InvalidOperationException($"{counted.Count} of {bytes} bytes came");
        return (Stopwatch.GetElapsedTime(begun, counted.First).TotalMilliseconds, Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
    }

    private static async Task StreamAsync(Report report, string place)
    {
        var client = RpcPeers.Client(place);
        Samples framed = new(), plain = new();
        await CallAsync(client, WarmUpBytes);
        for (var i = 0; i < StreamRuns; i++)
        {
            framed.Add(StreamBytes / Mebibyte / (await CallAsync(client, StreamBytes)).Whole * 1000);
            plain.Add(await PlainAsync(Path.Combine(place, $"plain{i}")));
        }
        report.Ratio("rpc: a command's output, median of three", framed.Median, plain.Median, "plain socket", "MiB/s");
        report.Ratio("rpc: a command's output, best of three", framed.Highest, plain.Highest, "plain socket", "MiB/s");
        // Either is enough: a plain socket is faster than anybody's consumer of output.
        var held = framed.Median * Mebibyte >= GigabyteASecond || framed.Median >= LeastShareOfSocket * plain.Median;
        report.Fact("rpc: a command's output, median, at least 1 GB/s or 0.8 of the plain socket", $"{framed.Median * Mebibyte / 1e9:0.00} GB/s", held);
    }

    private const double GigabyteASecond = 1e9;
    private const double LeastShareOfSocket = 0.8;

    private static async Task<double> PlainAsync(string path)
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        using var writer = Process.Start(Self, ["rpc-plain", path, $"{WarmUpBytes + StreamBytes}"]);
        using var socket = await listener.AcceptAsync();
        var buffer = new byte[512 * 1024];
        for (var warm = 0L; warm < WarmUpBytes;)
            warm += await socket.ReceiveAsync(buffer);
        var begun = Stopwatch.GetTimestamp();
        var total = 0L;
        int read;
        while ((read = await socket.ReceiveAsync(buffer)) > 0)
            total += read;
        var rate = total / Mebibyte / Stopwatch.GetElapsedTime(begun).TotalSeconds;
        await writer.WaitForExitAsync();
        return rate;
    }

    private static async Task StampsAsync(Report report, string place)
    {
        await using var arrivals = new ArrivalStream();
        await RpcPeers.Client(place).ExecuteAsync(CommandRequest.Of("", "stamps", $"{Stamps}"), arrivals, Stream.Null);
        report.Absolute("rpc: from a handler's write to the client's stream, median", arrivals.Delays.Median, "ms", 5);
        report.Absolute("rpc: the same, 99th percentile", arrivals.Delays.P99, "ms", 50);
    }

    private static async Task KillsAsync(Report report, string place)
    {
        var fifo = Path.Combine(place, "cancelled");
        using (var make = Process.Start("mkfifo", [fifo]))
            await make.WaitForExitAsync();
        var delays = new Samples();
        for (var i = 0; i < Kills; i++)
        {
            using var client = Process.Start(new ProcessStartInfo(Self, ["rpc-client", place, "wait", fifo]) { RedirectStandardOutput = true, UseShellExecute = false })!;
            await client.StandardOutput.ReadLineAsync();
            // Opening it waits for the handler.
            var told = Task.Run(() => File.ReadAllText(fifo));
            var killed = Stopwatch.GetTimestamp();
            client.Kill();
            delays.Add(Stopwatch.GetElapsedTime(killed, long.Parse(await told, CultureInfo.InvariantCulture)).TotalMilliseconds);
        }
        report.Absolute("rpc: kill -9 of a client to its handler's token, median", delays.Median, "ms", 100);
        report.Absolute("rpc: the same, worst", delays.Highest, "ms", 100);
    }

    private static async Task IdleAsync(Report report, string place)
    {
        var client = RpcPeers.Client(place);
        await client.Control.StopAsync();
        await CallAsync(client, 1);
        var status = await client.Control.StatusAsync() ?? throw new InvalidOperationException("no daemon");
        var daemon = Resident(status.First(f => f.Key == "pid").Value);
        using var floor = Process.Start(new ProcessStartInfo(Self, ["rpc-floor"]) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false })!;
        await floor.StandardOutput.ReadLineAsync();
        var nothing = Resident($"{floor.Id}");
        floor.StandardInput.Close();
        await floor.WaitForExitAsync();
        report.Absolute("rpc: an idle runtime of the same program", nothing, "MiB");
        report.Absolute("rpc: the idle daemon above it", daemon - nothing, "MiB", 5);
    }

    // What is the process's own: anonymous memory, and what the runtime maps twice to keep its compiled code unwritable, which counts as shared.
    // Files that are mapped can be dropped at any time.
    private static double Resident(string pid) => File.ReadLines($"/proc/{pid}/status")
        .Where(l => l.StartsWith("RssAnon:", StringComparison.Ordinal) || l.StartsWith("RssShmem:", StringComparison.Ordinal))
        .Sum(l => double.Parse(l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture)) / 1024;

    /// <summary>Counts, and remembers when the first byte came. Owned by one call.</summary>
    private sealed class CountingStream : MemoryStream
    {
        public long Count { get; private set; }

        public long First { get; private set; }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Count == 0)
                First = Stopwatch.GetTimestamp();
            Count += buffer.Length;
            return ValueTask.CompletedTask;
        }
    }
    /// <summary>Takes stamps of when they were sent, and knows when they came. Owned by one call.</summary>
    private sealed class ArrivalStream : MemoryStream
    {
        public Samples Delays { get; } = new();

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Delays.Add(Stopwatch.GetElapsedTime(BinaryPrimitives.ReadInt64LittleEndian(buffer.Span)).TotalMilliseconds);
            return ValueTask.CompletedTask;
        }
    }
}
