using System.Globalization;
using Holdfast.EndToEnd.Tests.Load;
using Holdfast.EndToEnd.Tests.Recovery;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Chaos;

/// <summary>
/// Everything at once, at random, for a minute (HOLDFAST_CHAOS_SECONDS; hours by hand), by a seed (HOLDFAST_CHAOS_SEED): sessions are created, written to, read,
/// killed, watched, while daemons, keepers and clients are killed and stopped.
/// </summary>
public sealed class ChaosTests(ITestOutputHelper log)
{
    private const int Streams = 3;
    private const int Echoes = 2;
    private const long MostKilobytes = 16 * 1024;

    [Fact]
    public async Task Whatever_is_killed_every_session_keeps_its_bytes_its_exit_code_and_its_end()
    {
        var seed = Setting("HOLDFAST_CHAOS_SEED", Environment.TickCount & 0xFFFF);
        await using var daemon = new DaemonProcess();
        (await daemon.CliAsync("daemon", "start")).Succeeded();
        using var run = new ChaosRun(daemon, seed, TimeSpan.FromSeconds(Setting("HOLDFAST_CHAOS_SECONDS", 60)));
        try
        {
            await Task.WhenAll([
                .. Enumerable.Range(0, Streams).Select(i => new StreamActor(run, $"stream{i}").RunAsync()),
                .. Enumerable.Range(0, Echoes).Select(i => new EchoActor(run, $"echo{i}").RunAsync()),
                new KillActor(run, "kill").RunAsync(),
                new WatchActor(run).RunAsync(),
                new Executioner(run).RunAsync(),
            ]);
            Assert.True(run.CountOf("streams") > 0 && run.CountOf("daemons killed") > 0, $"{run}");
            await NothingIsLeftAsync(daemon);
            await TheRebootLosesNothingAsync(daemon);
        }
        catch (Exception e)
        {
            // What they left would be told instead of this.
            var left = string.Join('\n', daemon.Processes.KillAll());
            throw new InvalidOperationException($"{e.Message}\n{run}\n{left}\n{daemon.KeeperLog}\n{daemon.DaemonLog}", e);
        }

        log.WriteLine($"{run}");
    }

    // All sessions have ended: what they cost is given back, and no rule of the daemon was found broken on the way.
    private static async Task NothingIsLeftAsync(DaemonProcess daemon)
    {
        Assert.DoesNotContain("invariant", daemon.DaemonLog, StringComparison.OrdinalIgnoreCase);
        await using var client = await daemon.ConnectOnlyAsync();
        foreach (var session in await client.ListAsync())
            await KillActor.KillAsync(client, session.Id);
        Assert.Empty(await client.ListAsync());
        var pid = (await client.StatusAsync()).DaemonPid;
        using var deadline = new CancellationTokenSource(DaemonProcess.Deadline);
        // Nor of what was refused: whoever asked for it asked again. A kill asked twice may be answered while the last of them are dying.
        while (daemon.Processes.Find() is { Count: > 2 } left)
            Assert.False(deadline.IsCancellationRequested, $"beside keeper and daemon there are still processes: {string.Join(' ', left)}");
        // Each look is an answered request; the daemon gives memory back once it has come to rest.
        while (ManySessionsTests.AnonymousKilobytes(pid) is var held && held > MostKilobytes)
        {
            Assert.False(deadline.IsCancellationRequested, $"the daemon holds {held} kB with no session left");
            await client.StatusAsync();
        }
    }

    private static async Task TheRebootLosesNothingAsync(DaemonProcess daemon)
    {
        const int Sessions = 5;
        for (var i = 0; i < Sessions; i++)
            (await daemon.CliAsync("new", $"last{i}", "-d")).Succeeded();
        for (var i = 0; i < Sessions; i++)
            await Loss.PersistedAsync(daemon, $"last{i}");
        await Loss.OfTheMachineAsync(daemon);
        Assert.Equal(Sessions, (await Loss.RecoveryAsync(daemon)).GetProperty("restored").GetInt32());
    }

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } set ? int.Parse(set, CultureInfo.InvariantCulture) : otherwise;
}
