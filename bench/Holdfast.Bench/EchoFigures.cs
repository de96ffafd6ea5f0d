using System.Diagnostics;
using Holdfast.Client;
using Holdfast.Protocol.V1;

namespace Holdfast.Bench;

/// <summary>The way of one keystroke and back, in raw mode: from the PTY itself, and through each multiplexer in the same harness. Stateless.</summary>
internal static class EchoFigures
{
    private const int Rounds = 20;
    private const int TripsARound = 500;
    private const int WarmUp = 1000;

    public static async Task RunAsync(Report report)
    {
        await using var box = Sandbox.Create();
        Samples raw = new(), dtach = new(), tmux = new(), attach = new(), socket = new(), sdk = new();
        for (var i = 0; i < Rounds; i++)
        {
            raw.Add(await EchoAsync(box, box.Raw, "mirror"));
            dtach.Add(await EchoAsync(box, "dtach", "-A", Path.Combine(box.Place, $"dtach{i}"), "-E", "-z", box.Raw, "mirror"));
            tmux.Add(await EchoAsync(box, "tmux", "-L", $"hf-bench-{Environment.ProcessId}", "-f", "/dev/null", "new", $"'{box.Raw}' mirror"));
            await box.HoldfastAsync("new", $"e{i}", "-d", "--", box.Raw, "mirror");
            attach.Add(await EchoAsync(box, box.Holdfast, "attach", $"e{i}"));
            await box.HoldfastAsync("new", $"s{i}", "-d", "--", box.Raw, "mirror");
            socket.Add(Socket(box, $"s{i}"));
            // A session of its own: the socket's client vanished without a word, and its claim outlives it for a while.
            await box.HoldfastAsync("new", $"d{i}", "-d", "--", box.Raw, "mirror");
            sdk.Add(await SdkAsync(box, $"d{i}"));
        }

        report.Ratio("echo, holdfast attach, median", attach.Median, tmux.Median, "tmux", "µs", 1.0);
        report.Ratio("echo, holdfast attach, 10th percentile", attach.Quiet, tmux.Quiet, "tmux", "µs", 1.0);
        report.Ratio("echo, holdfast attach, p99", attach.P99, tmux.P99, "tmux", "µs");
        report.Ratio("echo, the daemon's socket, median", socket.Median, raw.Median, "raw PTY", "µs", 2.5);
        report.Ratio("echo, the daemon's socket, 10th percentile", socket.Quiet, raw.Quiet, "raw PTY", "µs", 2.5);
        report.Ratio("echo, the daemon's socket, p99", socket.P99, raw.P99, "raw PTY", "µs");
        report.Ratio("echo, .NET SDK, median", sdk.Median, raw.Median, "raw PTY", "µs");
        report.Ratio("echo, holdfast attach, median", attach.Median, raw.Median, "raw PTY", "µs");
        report.Ratio("echo, tmux, median", tmux.Median, raw.Median, "raw PTY", "µs");
        report.Ratio("echo, dtach, median", dtach.Median, raw.Median, "raw PTY", "µs");
    }

    private static Task<IEnumerable<double>> EchoAsync(Sandbox box, params string[] command) =>
        box.MicrosecondsAsync(["echo", $"{TripsARound}", .. command]);

    private static double[] Socket(Sandbox box, string session)
    {
        using var peer = new SocketPeer(box.Paths, session);
        for (var i = 0; i < WarmUp; i++)
            peer.RoundTrip((byte)('a' + (i % 4)));
        return Times(i => peer.RoundTrip((byte)('e' + (i % 4))));
    }

    private static async Task<double[]> SdkAsync(Sandbox box, string session)
    {
        await using var client = await box.ConnectAsync(readOnReceiveLoop: true);
        var attachment = await client.AttachAsync(new AttachRequest { Session = session, Now = true });
        var one = new byte[] { (byte)'+' };
        var times = new double[TripsARound];
        for (var i = -WarmUp; i < TripsARound; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            await attachment.WriteAsync(one);
            while ((await attachment.ReadAsync()).Kind != SessionEventKind.Output)
                continue;
            if (i >= 0)
                times[i] = Stopwatch.GetElapsedTime(begun).TotalMicroseconds;
        }

        return times;
    }

    private static double[] Times(Action<int> trip)
    {
        var times = new double[TripsARound];
        for (var i = 0; i < times.Length; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            trip(i);
            times[i] = Stopwatch.GetElapsedTime(begun).TotalMicroseconds;
        }

        return times;
    }
}
