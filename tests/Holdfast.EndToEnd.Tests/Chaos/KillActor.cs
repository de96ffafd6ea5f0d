using System.Text;
using Holdfast.Client;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Chaos;

/// <summary>Kills sessions whose processes ignore signals and hide: none of them lives afterwards.</summary>
internal sealed class KillActor(ChaosRun run, string name)
{
    private const string Stubborn =
        "trap '' HUP TERM; setsid sh -c 'trap \"\" HUP TERM; sleep 1000' & (sleep 1000 &) ; sh -c 'kill -STOP $$' & echo up; while :; do wait; done";

    private static readonly TimeSpan LadderStep = TimeSpan.FromMilliseconds(50);

    private readonly Random _random = run.RandomOf(name);

    public async Task RunAsync()
    {
        await using var client = await run.Daemon.ConnectOnlyAsync();
        for (var round = 0; !run.IsOver; round++)
        {
            var session = await client.CreateAsync(run, run.Daemon.Shell($"{name}-{round}", Stubborn));
            await run.FurtherAsync(_random.Next(300));
            await KillAsync(client, session.Name);
            using var deadline = new CancellationTokenSource(DaemonProcess.Deadline);
            // A kill that was asked again after a daemon's death is told that the session is gone while the last processes are.
            while (ProcessesOf(session.Id) is [var left, ..])
                Assert.False(deadline.IsCancellationRequested, $"{session.Name} was killed, {left} lives");
            run.Count("kills of stubborn sessions");
            run.Step();
        }
    }

    public static async Task KillAsync(HoldfastClient client, string session)
    {
        try
        {
            await client.KillAsync(session, LadderStep, takeover: true).WaitAsync(DaemonProcess.Deadline);
        }
        catch (HoldfastException e) when (e.Code is ErrorCode.SessionGone)
        {
            // Asked twice, because the daemon that had done it was killed before it said so.
            _ = e;
        }
    }

    private static List<string> ProcessesOf(string session)
    {
        var mark = Encoding.UTF8.GetBytes($"HOLDFAST_SESSION_ID={session}\0");
        return [.. Directory.EnumerateDirectories("/proc").Where(p => char.IsAsciiDigit(Path.GetFileName(p)[0]) && Carries(p, mark))];
    }

    private static bool Carries(string process, byte[] mark)
    {
        try
        {
            return File.ReadAllBytes(Path.Combine(process, "environ")).AsSpan().IndexOf(mark) >= 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile, or is not ours.
            _ = e;
            return false;
        }
    }
}
