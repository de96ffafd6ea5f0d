using System.Diagnostics;

namespace Holdfast.Bench;

/// <summary>What a keystroke waits for while another session floods. Stateless.</summary>
internal static class FairnessFigures
{
    // In turns, because the machine's speed changes from one second to the next.
    private const int Rounds = 15;

    private const int Trips = 1000;
    private const int WarmUp = 300;

    public static async Task RunAsync(Report report)
    {
        // One daemon has never seen a flood: what a flood leaves behind (a loop that dares not stay awake) is no part of "idle".
        await using var quiet = Sandbox.Create();
        await using var box = Sandbox.Create();
        foreach (var one in (Sandbox[])[quiet, box])
            await one.HoldfastAsync("new", "echo", "-d", "--", box.Raw, "mirror");
        Samples idle = new(), unread = new(), read = new();
        for (var round = 0; round < Rounds; round++)
        {
            Echo(quiet, idle);
            await box.HoldfastAsync("new", "flood", "-d", "--", "cat", "/dev/zero");
            Echo(box, unread);
            using var tail = box.Start("/bin/sh", "-c", $"exec '{box.Holdfast}' tail flood > /dev/null");
            Echo(box, read);
            // The first ends it, the second forgets it.
            await box.HoldfastAsync("kill", "flood");
            await box.HoldfastAsync("kill", "flood");
            await tail.WaitForExitAsync();
        }

        report.Ratio("echo while another session floods unread, median", unread.Median, idle.Median, "idle", "µs");
        report.Ratio("echo while another session floods unread, p99", unread.P99, idle.P99, "idle", "µs", 2.0);
        report.Ratio("echo while another session floods a reader, median", read.Median, idle.Median, "idle", "µs");
        report.Ratio("echo while another session floods a reader, p99", read.P99, idle.P99, "idle", "µs", 2.0);
    }

    private static void Echo(Sandbox box, Samples times)
    {
        using var peer = new SocketPeer(box.Paths, "echo");
        for (var i = -WarmUp; i < Trips; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            peer.RoundTrip((byte)('a' + ((i + WarmUp) % 8)));
            if (i >= 0)
                times.Add(Stopwatch.GetElapsedTime(begun).TotalMicroseconds);
        }
    }
}
