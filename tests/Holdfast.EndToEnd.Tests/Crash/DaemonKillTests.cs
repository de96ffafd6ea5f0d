using Holdfast.Protocol.V1;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Crash;

/// <summary>kill -9 of daemon and keeper under full output: no byte lost or repeated, no session lost.</summary>
public sealed class DaemonKillTests(ITestOutputHelper log)
{
    // About 200 MB.
    private const long Lines = 23_500_000;

    [Fact]
    public async Task Twenty_kills_of_the_daemon_cost_no_reader_of_200_MB_a_byte()
    {
        await using var daemon = new DaemonProcess();
        await using var load = await NumberedLoad.StartAsync(daemon, Lines, tail: true);
        var assassin = new Assassin(load.Control);
        var pid = load.Session.Pid;
        foreach (var moment in Moments(20, seed: 20))
        {
            await load.ReachedAsync(moment);
            var after = assassin.DaemonKills % 5 == 3 ? await assassin.KillDaemonTwiceAsync() : await assassin.KillDaemonAsync();
            Assert.Equal(1u, after.Sessions);
            Assert.Equal(pid, (await load.Control.InspectAsync("load")).Pid);
        }
        await AssertWholeAsync(load, assassin);
        Assert.True(assassin.DaemonKills >= 20);
    }

    [Fact]
    public async Task A_kill_of_the_keeper_and_then_of_the_daemon_costs_no_reader_a_byte()
    {
        await using var daemon = new DaemonProcess();
        await using var load = await NumberedLoad.StartAsync(daemon, Lines / 2, tail: true);
        var assassin = new Assassin(load.Control);
        var pid = load.Session.Pid;
        foreach (var moment in Moments(6, seed: 6).Select(m => m / 2))
        {
            await load.ReachedAsync(moment);
            await assassin.KillKeeperAsync();
            await load.ReachedAsync(Math.Min(load.Bytes + 1_000_000, NumberedLines.SizeOf(Lines / 2)));
            await assassin.KillDaemonAsync();
            Assert.Equal(pid, (await load.Control.InspectAsync("load")).Pid);
        }
        await AssertWholeAsync(load, assassin);
    }

    [Fact]
    public async Task Killed_in_turn_again_and_again_daemon_and_keeper_lose_no_byte()
    {
        // 1000 and more by hand.
        var rounds = Environment.GetEnvironmentVariable("HOLDFAST_ALTERNATIONS") is { Length: > 0 } set ? int.Parse(set) : 60;
        await using var daemon = new DaemonProcess();
        await using var load = await NumberedLoad.StartAsync(daemon, 9_999_999_999, tail: false);
        var assassin = new Assassin(load.Control);
        var random = new Random(3);
        for (var round = 0; round < rounds; round++)
        {
            await load.ReachedAsync(load.Bytes + random.Next(200_000));
            await assassin.KillDaemonAsync();
            await load.ReachedAsync(load.Bytes + random.Next(200_000));
            await assassin.KillKeeperAsync();
        }
        await load.Control.KillAsync("load", timeout: null, takeover: true);
        var exited = await load.EndAsync();
        Assert.Equal((ulong)load.Bytes, exited.To);
        log.WriteLine($"{assassin.DaemonKills} daemons and {assassin.KeeperKills} keepers killed, {load.Bytes} bytes, {assassin.RoundsWithRecovery} kills with {assassin.RecoveredBytes} bytes to complete");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_program_that_ends_after_the_keeper_was_killed_keeps_its_exit_code(bool daemonToo)
    {
        await using var daemon = new DaemonProcess();
        await using var client = await daemon.ConnectAsync();
        await client.CreateAsync(daemon.Shell("a", "read x; exit 37"));
        var assassin = new Assassin(client);
        await assassin.KillKeeperAsync();
        if (daemonToo)
            await assassin.KillDaemonAsync();
        (await daemon.CliAsync("send", "a", "--enter", "go")).Succeeded();
        Assert.Equal(37, (await daemon.CliAsync("wait", "a", "--exit")).ExitCode);
    }

    // Each somewhere in its own part of the stream.
    private static IEnumerable<long> Moments(int count, int seed)
    {
        var random = new Random(seed);
        var part = NumberedLines.SizeOf(Lines) / (count + 1);
        for (var i = 0; i < count; i++)
            yield return (part * i) + 1000 + (long)(random.NextDouble() * part * 0.9);
    }

    private async Task AssertWholeAsync(NumberedLoad load, Assassin assassin)
    {
        var exited = await load.EndAsync();
        Assert.Equal(new ExitStatus(), exited.Exit);
        var size = NumberedLines.SizeOf(load.Session.Command[2].Contains($" {Lines}", StringComparison.Ordinal) ? Lines : Lines / 2);
        Assert.Equal(size, load.Bytes);
        Assert.Equal(size, load.TailBytes);
        Assert.Equal((ulong)size, exited.To);
        log.WriteLine($"{assassin.DaemonKills} daemons and {assassin.KeeperKills} keepers killed, {size} bytes to each, {assassin.RoundsWithRecovery} kills with {assassin.RecoveredBytes} bytes to complete");
    }
}
