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
        Samples idle = new(), unread = new(), read = new();
        for (var round = 0; round < Rounds; round++)
        {
            await EchoAsync(quiet, idle);
            await box.HoldfastAsync("new", "flood", "-d", "--", "cat", "/dev/zero");
            await EchoAsync(box, unread);
            using var tail = box.Start("/bin/sh", "-c", $"exec '{box.Holdfast}' tail flood > /dev/null");
            await EchoAsync(box, read);
            // The first ends it, the second forgets it.
            await box.HoldfastAsync("kill", "flood");
            await box.HoldfastAsync("kill", "flood");
            await tail.WaitForExitAsync();
        }

        report.Ratio("echo by `attach` while another session floods unread, median", unread.Median, idle.Median, "idle", "µs");
        report.Ratio("echo by `attach` while another session floods unread, p99", unread.P99, idle.P99, "idle", "µs", 2.0);
        report.Ratio("echo by `attach` while another session floods a reader, median", read.Median, idle.Median, "idle", "µs");
        report.Ratio("echo by `attach` while another session floods a reader, p99", read.P99, idle.P99, "idle", "µs", 2.0);
    }

    // By `attach` and a terminal in C: a measuring process with a runtime of its own, which compiles and collects beside a flood, would be measured as well.
    private static async Task EchoAsync(Sandbox box, Samples times)
    {
        // It ends with the measurement.
        await box.HoldfastAsync("new", "echo", "-d", "--", box.Raw, "mirror");
        times.Add((await box.MicrosecondsAsync("echo", $"{WarmUp + Trips}", box.Holdfast, "attach", "echo")).Skip(WarmUp));
        await box.HoldfastAsync("kill", "echo");
    }
}
