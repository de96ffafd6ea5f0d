using Holdfast.EndToEnd.Tests.Crash;
using Holdfast.Linux.Processes;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Chaos;

/// <summary>Kills and stops daemons and keepers at random moments; never both before one has a successor. One task.</summary>
internal sealed class Executioner(ChaosRun run)
{
    private const int MostSteps = 400;

    private readonly Random _random = run.RandomOf("executioner");

    public async Task RunAsync()
    {
        await using var client = await run.Daemon.ConnectAsync();
        var assassin = new Assassin(client);
        while (!run.IsOver)
        {
            await run.FurtherAsync(_random.Next(MostSteps));
            switch (_random.Next(10))
            {
                case < 5:
                    await assassin.KillDaemonAsync();
                    run.Count("daemons killed");
                    break;
                case 5:
                    await assassin.KillDaemonTwiceAsync();
                    run.Count("daemons killed at their start");
                    break;
                case 6 or 7:
                    await assassin.KillKeeperAsync();
                    run.Count("keepers killed");
                    break;
                case 8:
                    await assassin.KillKeeperAsync();
                    await assassin.KillDaemonAsync();
                    run.Count("keepers and daemons killed in turn");
                    break;
                default:
                    await PauseAsync();
                    break;
            }
        }
    }

    // Too short to be taken for dead, long enough to meet whatever the other is doing.
    private async Task PauseAsync()
    {
        var status = await run.Daemon.StatusAsync();
        var pid = status.GetProperty(_random.Next(2) == 0 ? "daemon_pid" : "keeper_pid").GetInt32();
        OwnedProcesses.Signal(pid, Signals.Stop);
        run.Count("pauses");
        // A process that starts and ends takes a few milliseconds.
        (await run.Daemon.ShellAsync("true")).Succeeded();
        OwnedProcesses.Signal(pid, Signals.Continue);
    }
}
