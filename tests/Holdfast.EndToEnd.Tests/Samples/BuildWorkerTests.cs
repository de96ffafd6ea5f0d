using Holdfast.Client;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Samples;

/// <summary>The sample worker: its builds outlive the daemon and the worker, run once, and give their exit codes.</summary>
public sealed class BuildWorkerTests
{
    private static readonly string Worker = Path.Combine(AppContext.BaseDirectory, "build-worker");

    private const string Builds = """
        good echo compiling; echo all good
        bad echo broken; exit 3
        killed kill -9 $$
        slow echo once >> runs; echo waiting; read line < gate; echo released $line; exit 4
        """;

    [Fact]
    public async Task Exit_codes_are_collected_also_when_the_daemon_is_killed_meanwhile()
    {
        await using var daemon = await PreparedAsync();
        await using var client = await daemon.ConnectAsync();
        await using var worker = daemon.StartProgram(Worker, "builds.txt");
        await BegunAsync(client);
        await daemon.KillDaemonAsync();
        await OpenGateAsync(daemon);
        var result = await worker.EndAsync();
        Assert.Equal((1, Table), (result.ExitCode, result.Text));
        Assert.Contains("[Reconnecting]", result.Error, StringComparison.Ordinal);
        Assert.Empty(await client.ListAsync());
    }

    [Fact]
    public async Task A_worker_that_was_killed_finds_its_builds_again_and_begins_none_twice()
    {
        await using var daemon = await PreparedAsync();
        await using var client = await daemon.ConnectAsync();
        await using (daemon.StartProgram(Worker, "builds.txt"))
            await BegunAsync(client);
        await using var second = daemon.StartProgram(Worker, "builds.txt");
        await OpenGateAsync(daemon);
        var result = await second.EndAsync();
        Assert.Equal((1, Table), (result.ExitCode, result.Text));
        Assert.Equal("once\n", await File.ReadAllTextAsync(Path.Combine(daemon.Directory, "runs")));
    }

    private const string Table = "good\texit 0\tall good\nbad\texit 3\tbroken\nkilled\tsignal 9\t\nslow\texit 4\treleased go\n";

    private static async Task<DaemonProcess> PreparedAsync()
    {
        var daemon = new DaemonProcess(("HOLDFAST", ProductBinaries.Cli));
        await File.WriteAllTextAsync(Path.Combine(daemon.Directory, "builds.txt"), Builds);
        (await daemon.ShellAsync("mkfifo gate")).Succeeded();
        return daemon;
    }

    // The last build runs: the worker has begun it, and waits.
    private static async Task BegunAsync(HoldfastClient client)
    {
        while (!(await client.ListAsync()).Any(s => s is { Name: "slow", Head: > 0 }))
            await Task.Yield();
    }

    private static async Task OpenGateAsync(DaemonProcess daemon) => (await daemon.ShellAsync("echo go > gate")).Succeeded();
}
