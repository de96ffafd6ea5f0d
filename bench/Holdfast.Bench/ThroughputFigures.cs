using System.Diagnostics;
using Holdfast.Client;
using Holdfast.Protocol.V1;

namespace Holdfast.Bench;

/// <summary>Bytes a second from one producer: read from the PTY directly, by `holdfast tail`, by the SDK, by sixteen clients. Stateless.</summary>
internal static class ThroughputFigures
{
    private const long Produced = 128L << 20;
    private const int Repetitions = 15;
    private const int Readers = 16;

    // Every newline of the producer's 64-byte lines becomes two bytes in the terminal.
    public const long Expected = Produced / 64 * 65;
    private const double Megabyte = 1e6;

    public static async Task RunAsync(Report report)
    {
        await using var box = Sandbox.Create();
        await box.HoldfastAsync("new", "warm", "-d", "--", "true");
        Samples raw = new(), tail = new(), sdk = new(), many = new();
        var whole = true;
        for (var i = 0; i < Repetitions; i++)
        {
            raw.Add(await RawAsync(box));
            tail.Add(await TailAsync(box));
            sdk.Add(await ClientsAsync(box, 1, complete => whole &= complete));
        }

        many.Add(await ClientsAsync(box, Readers, complete => whole &= complete));
        report.Ratio("throughput, `holdfast tail > /dev/null`, median", tail.Median, raw.Median, "direct read", "MB/s", 0.9, atLeast: true);
        report.Ratio("throughput, `holdfast tail > /dev/null`, best", tail.Highest, raw.Highest, "direct read", "MB/s");
        report.Ratio("throughput, .NET SDK, median", sdk.Median, raw.Median, "direct read", "MB/s");
        report.Ratio($"throughput of each of {Readers} SDK clients in one process", many.Median, raw.Median, "direct read", "MB/s");
        report.Fact($"every byte to every client (1 and {Readers})", whole ? "yes" : "NO", whole);
    }

    private static async Task<double> RawAsync(Sandbox box)
    {
        var gate = await box.GateAsync();
        using var reader = box.Start(box.Raw, "read", box.Raw, "produce", $"{Produced}", gate);
        return await MeasureAsync(gate, reader.WaitForExitAsync());
    }

    public static Task<double> TailAsync(Sandbox box) =>
        ProgramAsync(box, session => box.Start("/bin/sh", "-c", $"exec '{box.Holdfast}' tail {session} >/dev/null"), _ => { });

    /// <summary>Megabytes a second that a program gets which reads one session to its end. What it says on standard output is told.</summary>
    public static async Task<double> ProgramAsync(Sandbox box, Func<string, Process> start, Action<string> said)
    {
        var gate = await box.GateAsync();
        await box.HoldfastAsync("new", "t", "-d", "--", box.Raw, "produce", $"{Produced}", gate);
        await using var watcher = await box.ConnectAsync();
        using var reader = start("t");
        while ((await watcher.InspectAsync("t")).Clients == 0)
            await Task.Yield();
        var rate = await MeasureAsync(gate, reader.WaitForExitAsync());
        said(await reader.StandardOutput.ReadToEndAsync());
        await watcher.KillAsync("t");
        return rate;
    }

    /// <summary>Megabytes a second that each of so many SDK clients gets, from one producer.</summary>
    public static async Task<double> ClientsAsync(Sandbox box, int count, Action<bool> whole, int ackThreshold = 100, Func<Task>? attached = null, long produced = Produced, bool readOnReceiveLoop = true)
    {
        var gate = await box.GateAsync();
        await box.HoldfastAsync("new", "c", "-d", "--", box.Raw, "produce", $"{produced}", gate);
        var clients = new List<HoldfastClient>();
        var readings = new List<Task<long>>();
        for (var i = 0; i < count; i++)
        {
            clients.Add(await box.ConnectAsync(readOnReceiveLoop, ackThreshold));
            readings.Add(CountAsync(await clients[i].AttachAsync(new AttachRequest { Session = "c", Start = true })));
        }

        if (attached is not null)
            await attached();
        var expected = produced / 64 * 65;
        var rate = await MeasureAsync(gate, Task.WhenAll(readings), expected);
        foreach (var reading in readings)
            whole(await reading == expected);
        await clients[0].KillAsync("c");
        foreach (var client in clients)
            await client.DisposeAsync();
        return rate;
    }

    /// <summary>Reads to the end; the bytes.</summary>
    public static async Task<long> CountAsync(SessionAttachment session)
    {
        long bytes = 0;
        while (true)
        {
            var next = await session.ReadAsync();
            bytes += next.Data.Length;
            if (next.Kind is SessionEventKind.Exited or SessionEventKind.End)
                return bytes;
        }
    }

    private static async Task<double> MeasureAsync(string gate, Task done, long expected = Expected)
    {
        // Opening waits until the producer has opened its end.
        await using var opened = await Task.Run(() => new FileStream(gate, FileMode.Open, FileAccess.Write));
        var begun = Stopwatch.GetTimestamp();
        await done;
        return expected / Megabyte / Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }
}
