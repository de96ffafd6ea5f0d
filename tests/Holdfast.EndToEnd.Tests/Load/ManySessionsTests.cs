using System.Globalization;
using Holdfast.Client;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Load;

/// <summary>Many sessions, side by side and one after the other.</summary>
public sealed class ManySessionsTests
{
    private const int AtOnce = 200;
    // Until the heap has reached its plateau: after 3000 cycles it was where it is after these.
    private const int WarmUp = 500;
    private const int Cycles = 500;

    // What a collector may keep more or less; a leak of a page a session would be 2 MB.
    private const long NoiseKilobytes = 1000;

    private const long BurstKilobytes = 16 * 1024;

    // Each look is an answered request: what the daemon and the keeper still had to do was done long before the last one.
    private const int MostLooks = 500;
    private const int LeastLooks = 100;

    [Fact]
    public async Task Two_hundred_sessions_at_once_each_get_their_input_and_keep_their_output()
    {
        await using var daemon = new DaemonProcess();
        await using var client = await daemon.ConnectAsync();
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(i => client.CreateAsync(daemon.Shell($"s{i}", "read word; echo \"said $word\"; exit 5"))));
        Assert.Equal(AtOnce, (await client.ListAsync()).Count);
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(i => SayAsync(client, $"s{i}", $"word{i}")));
    }

    [Fact]
    public async Task Five_hundred_sessions_one_after_the_other_leave_no_descriptor_no_process_and_no_memory()
    {
        // 256 KB (it is read as hexadecimal) of garbage at most between two collections: what grows beyond is kept.
        await using var daemon = new DaemonProcess(("DOTNET_GCgen0size", "40000"));
        await using var client = await daemon.ConnectAsync();
        await CycleAsync(client, daemon, WarmUp);
        var before = await SettledAsync(client, daemon, int.MaxValue);
        await CycleAsync(client, daemon, Cycles);
        var after = await SettledAsync(client, daemon, before.Descriptors);
        // The plateau may come late; a leak goes on.
        if (after.DaemonKilobytes > before.DaemonKilobytes + NoiseKilobytes)
        {
            before = after;
            await CycleAsync(client, daemon, Cycles);
            after = await SettledAsync(client, daemon, before.Descriptors);
        }
        Assert.Equal(before.Descriptors, after.Descriptors);
        Assert.Equal(2, daemon.Processes.Find().Count);
        TestContext.Current.TestOutputHelper?.WriteLine($"daemon {before.DaemonKilobytes} then {after.DaemonKilobytes} KB, keeper {before.KeeperKilobytes} then {after.KeeperKilobytes} KB");
        Assert.InRange(after.DaemonKilobytes, 0, before.DaemonKilobytes + NoiseKilobytes);
        Assert.InRange(after.KeeperKilobytes, 0, before.KeeperKilobytes + NoiseKilobytes);
        Assert.Empty(await client.ListAsync());
    }

    [Fact]
    public async Task The_memory_of_a_burst_of_sessions_is_given_back_when_they_are_gone()
    {
        const int Burst = 30;
        await using var daemon = new DaemonProcess();
        await using var client = await daemon.ConnectAsync();
        var pid = (await client.StatusAsync()).DaemonPid;
        var before = AnonymousKilobytes(pid);
        for (var i = 0; i < Burst; i++)
            await client.CreateAsync(daemon.Shell($"b{i}", "seq 1 200000"));
        for (var i = 0; i < Burst; i++)
            await client.WaitForExitAsync($"b{i}");
        Assert.True(AnonymousKilobytes(pid) > before + BurstKilobytes, "their scrollback alone is more");
        for (var i = 0; i < Burst; i++)
            await client.KillAsync($"b{i}");
        using var deadline = new CancellationTokenSource(DaemonProcess.Deadline);
        while (AnonymousKilobytes(pid) > before + (BurstKilobytes / 4))
            await client.StatusAsync(deadline.Token);
    }

    internal static long AnonymousKilobytes(int pid)
    {
        var line = File.ReadLines($"/proc/{pid}/status").Single(l => l.StartsWith("RssAnon:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture);
    }

    // The last session's end may still be under way: the least of several looks, and of more where that is above what is expected.
    private static async Task<Footprint> SettledAsync(HoldfastClient client, DaemonProcess daemon, int expected)
    {
        var least = new Footprint(int.MaxValue, 0, 0);
        for (var looks = 0; looks < MostLooks && (looks < LeastLooks || least.Descriptors > expected || daemon.Processes.Find().Count > 2); looks++)
        {
            var status = await client.StatusAsync();
            var now = Footprint.Of(status.DaemonPid, status.KeeperPid);
            least = now.Descriptors <= least.Descriptors ? now : least;
        }

        return least;
    }

    private static async Task SayAsync(HoldfastClient client, string session, string word)
    {
        await using var transcript = await Transcript.OfAsync(client, session);
        await transcript.TypeAsync(word + "\r");
        var exit = await transcript.EndAsync();
        Assert.Equal(5, exit.Code);
        Assert.Contains($"said {word}\r\n", transcript.Text, StringComparison.Ordinal);
    }

    private static async Task CycleAsync(HoldfastClient client, DaemonProcess daemon, int times)
    {
        for (var i = 0; i < times; i++)
        {
            await client.CreateAsync(daemon.Shell("cycle", "echo once"));
            await client.WaitForExitAsync("cycle");
            await client.KillAsync("cycle");
        }
    }

    /// <summary>What daemon and keeper hold of the machine. A value.</summary>
    private sealed record Footprint(int Descriptors, long DaemonKilobytes, long KeeperKilobytes)
    {
        public static Footprint Of(int daemon, int keeper) => new(
            Directory.GetFileSystemEntries($"/proc/{daemon}/fd").Length + Directory.GetFileSystemEntries($"/proc/{keeper}/fd").Length,
            AnonymousKilobytes(daemon),
            AnonymousKilobytes(keeper));
    }
}
