using Holdfast.Linux.Processes;

namespace Holdfast.DaemonRpc.Tests;

/// <summary>A daemon inside Microsoft.Extensions.Hosting: daemon and host have one life.</summary>
public sealed class HostTests : IDisposable
{
    private readonly ToolPlace _place = new();

    public HostTests() => _place.Set("HOST", "1");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_signal_to_the_host_lets_the_commands_of_its_daemon_end()
    {
        var fifo = _place.Fifo("step");
        using var running = _place.Start("step", fifo);
        await ToolPlace.AwaitLineAsync(running, "first");
        var pid = Assert.Single(_place.Daemons());
        await ToolPlace.UntilAsync(() => _place.Log.Contains("Application started", StringComparison.Ordinal));
        ToolPlace.Signal(pid, Signals.Term);
        await ToolPlace.UntilAsync(() => !File.Exists(_place.Place.Socket));
        await File.WriteAllTextAsync(fifo, "go", Cancel);
        var ended = await ToolPlace.EndAsync(running);
        Assert.Equal((0, "second\n"), (ended.ExitCode, ended.Text));
        await ToolPlace.EndOfAsync(pid);
    }

    [Fact]
    public async Task A_daemon_that_nobody_needs_ends_its_host()
    {
        _place.Set("IDLE_MS", "200");
        await ToolPlace.EndOfAsync(await _place.DaemonPidAsync());
        Assert.False(File.Exists(_place.Place.PidFile));
        await _place.DaemonPidAsync();
    }

    [Fact]
    public async Task A_daemon_told_to_stop_ends_its_host()
    {
        var pid = await _place.DaemonPidAsync();
        Assert.Equal("daemon test-tool ended\n", (await _place.RunAsync("daemon", "stop")).Text);
        Assert.False(ToolPlace.IsAlive(pid));
    }

    public void Dispose() => _place.Dispose();
}
