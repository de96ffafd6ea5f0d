using System.Diagnostics;
using Holdfast.Client;
using Holdfast.Protocol.V1;

namespace Holdfast.Bench;

/// <summary>Crashes of the daemon, by seed, beside one, fifty and two hundred sessions: what is recovered, and how long a reader waits. Stateless.</summary>
internal static class RecoveryFigures
{
    private const int Seed = 5;
    private const int MostChunksBetween = 200;

    // The goal for a first crash: later ones of a row wait longer by the ladder, which is switched off here.
    private const double Goal = 150;

    private static readonly (int Sessions, int Kills)[] Rounds = [(1, 300), (50, 150), (200, 60)];

    public static async Task RunAsync(Report report)
    {
        var (all, recovered, kills) = (0, 0, 0);
        foreach (var round in Rounds)
        {
            await using var box = Sandbox.Create(("HOLDFAST_RESTART_DELAYS_MS", "0"));
            var times = new Samples();
            var (expected, kept) = await CrashAsync(box, round.Sessions, round.Kills, times);
            all += expected;
            recovered += kept;
            kills += round.Kills;
            report.Absolute($"kill -9 to the first byte served again, {round.Sessions} sessions, median", times.Median, "ms", Goal);
            report.Absolute($"kill -9 to the first byte served again, {round.Sessions} sessions, p99", times.P99, "ms");
        }

        report.Fact($"sessions recovered over {kills} crashes", $"{recovered} of {all}", recovered == all);
    }

    private static async Task<(int Expected, int Kept)> CrashAsync(Sandbox box, int sessions, int kills, Samples times)
    {
        await box.HoldfastAsync("new", "flood", "-d", "--", "yes");
        for (var i = 1; i < sessions; i++)
            await box.HoldfastAsync("new", $"idle{i}", "-d", "--", "cat");
        await using var client = await box.ConnectAsync();
        await using var reader = await client.AttachAsync(new AttachRequest { Session = "flood", Now = true, As = AttachAs.AsObserver });
        var pids = await PidsAsync(client);
        var random = new Random(Seed);
        var kept = 0;
        for (var i = 0; i < kills; i++)
        {
            var daemon = (await client.StatusAsync()).DaemonPid;
            for (var chunk = random.Next(MostChunksBetween); chunk >= 0; chunk--)
                await reader.ReadAsync();
            var begun = Stopwatch.GetTimestamp();
            using (var process = Process.GetProcessById(daemon))
                process.Kill();
            // What was received before the death is read first.
            while ((await reader.ReadAsync()).Kind != SessionEventKind.Reconnected)
                continue;
            while ((await reader.ReadAsync()).Kind != SessionEventKind.Output)
                continue;
            times.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            var now = await PidsAsync(client);
            kept += pids.Count(p => now.GetValueOrDefault(p.Key) == p.Value);
        }

        return (pids.Count * kills, kept);
    }

    // Running ones, each with its program.
    private static async Task<Dictionary<string, int>> PidsAsync(HoldfastClient client) =>
        (await client.ListAsync()).Where(s => s.State == SessionState.Running).ToDictionary(s => s.Id, s => s.Pid);
}
