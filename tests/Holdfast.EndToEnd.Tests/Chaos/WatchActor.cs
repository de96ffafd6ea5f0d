using Holdfast.Client;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Chaos;

/// <summary>Clients that come and vanish without a word, in the middle of output: `tail` on whatever runs, killed.</summary>
internal sealed class WatchActor(ChaosRun run)
{
    private readonly Random _random = run.RandomOf("watch");

    public async Task RunAsync()
    {
        await using var client = await run.Daemon.ConnectOnlyAsync();
        while (!run.IsOver)
        {
            var sessions = await client.ListAsync();
            if (sessions.Count > 0)
            {
                await using var tail = run.Daemon.StartCli("tail", sessions[_random.Next(sessions.Count)].Id);
                await run.FurtherAsync(_random.Next(500));
                OwnedProcesses.Kill(tail.Pid);
                run.Count("clients killed");
            }

            await run.FurtherAsync(_random.Next(200));
        }
    }
}
