using System.Globalization;
using System.Net.Sockets;
using Holdfast.DaemonRpc.Client;
using Holdfast.DaemonRpc.Wire;

namespace Holdfast.DaemonRpc.Tests;

/// <summary>Two builds of one program: who gives way, and who is told.</summary>
public sealed class VersionTests : IDisposable
{
    private readonly ToolPlace _place = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_build_wrote_its_time_into_the_program()
    {
        await _place.DaemonPidAsync();
        var build = Assert.Single(await _place.Control().StatusAsync(Cancel) ?? [], f => f.Key == "build").Value;
        Assert.InRange(DateTime.Parse(build, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal), DateTime.UnixEpoch, DateTime.UtcNow);
    }

    [Fact]
    public async Task A_client_of_another_build_replaces_the_daemon_exactly_once()
    {
        _place.Set("BUILD", "one");
        var old = await _place.DaemonPidAsync();
        _place.Set("BUILD", "two");
        var results = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => _place.RunAsync("pid")));
        Assert.All(results, r => Assert.True(r.ExitCode == 0, r.Error + _place.Log));
        var now = int.Parse(Assert.Single(results.Select(r => r.Text).Distinct(StringComparer.Ordinal)), CultureInfo.InvariantCulture);
        Assert.NotEqual(old, now);
        Assert.False(ToolPlace.IsAlive(old));
        Assert.Equal(2, _place.Log.Split('\n').Count(l => l.Contains("serves at", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_replaced_daemon_ends_its_running_command_first()
    {
        _place.Set("BUILD", "one");
        var fifo = _place.Fifo("step");
        using var running = _place.Start("step", fifo);
        await ToolPlace.AwaitLineAsync(running, "first");
        var old = Assert.Single(_place.Daemons());
        _place.Set("BUILD", "two");
        var next = _place.RunAsync("pid");
        await File.WriteAllTextAsync(fifo, "go", Cancel);
        var ended = await ToolPlace.EndAsync(running);
        Assert.Equal((0, "second\n"), (ended.ExitCode, ended.Text));
        Assert.NotEqual($"{old}\n", (await next).Text);
    }

    [Fact]
    public async Task Without_leave_to_start_one_a_daemon_of_another_build_is_left_alone()
    {
        _place.Set("BUILD", "one");
        var pid = await _place.DaemonPidAsync();
        _place.Set("BUILD", "two");
        _place.Set("NO_SPAWN", "1");
        var result = await _place.RunAsync("pid");
        Assert.Equal(76, result.ExitCode);
        Assert.Contains("VERSION_CONFLICT", result.Error, StringComparison.Ordinal);
        Assert.True(ToolPlace.IsAlive(pid));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Two_versions_that_replace_each_other_are_told_so_instead_of_going_on_for_ever(bool oneRunsAlready)
    {
        _place.Set("BUILD", "one");
        if (oneRunsAlready)
            await _place.DaemonPidAsync();
        _place.Set("BUILD", "two");
        // Whatever is started, a daemon of the other version comes up.
        _place.Set("SPAWNED_BUILD", "one");
        var result = await _place.RunAsync("pid");
        Assert.Equal(76, result.ExitCode);
        Assert.Contains("VERSION_CONFLICT", result.Error, StringComparison.Ordinal);
        Assert.Contains("(build one)", result.Error, StringComparison.Ordinal);
        Assert.Contains("(build two)", result.Error, StringComparison.Ordinal);
        Assert.Equal(2, _place.Log.Split('\n').Count(l => l.Contains("of build one serves at", StringComparison.Ordinal)));
        // The other version's daemon lives: its clients are served.
        Assert.Single(_place.Daemons());
    }

    [Fact]
    public async Task A_daemon_that_accepts_a_client_of_another_build_is_not_believed()
    {
        _place.Place.Ensure();
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(_place.Place.Socket));
        listener.Listen();
        var client = new DaemonClient(new DaemonClientOptions { DaemonId = "test-tool", Directory = _place.Place.Parent, BuildTimestamp = "two", NoSpawn = true });
        var run = client.ExecuteAsync(CommandRequest.Of("", "pid"), Stream.Null, Stream.Null, Cancel);
        using var connection = await listener.AcceptAsync(Cancel);
        await connection.SendAsync(new DaemonVersion(WireLimits.ProtocolVersion, VersionAnswer.Accepted, 1, 1, "one").Encode(), Cancel);
        Assert.Equal("VERSION_CONFLICT", (await Assert.ThrowsAsync<DaemonException>(() => run.WaitAsync(ToolPlace.Patience, Cancel))).Code);
    }

    public void Dispose() => _place.Dispose();
}
