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

    // Each look is an answered request: what the daemon and the keeper still had to do was done long before the last one.
    private const int MostLooks = 500;

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
        var status = await client.StatusAsync();
        await CycleAsync(client, daemon, WarmUp);
        var before = Footprint.Of(status.DaemonPid, status.KeeperPid);
        await CycleAsync(client, daemon, Cycles);
        var after = Footprint.Of(status.DaemonPid, status.KeeperPid);
        for (var looks = 0; looks < MostLooks && (after.Descriptors > before.Descriptors || daemon.Processes.Find().Count > 2); looks++)
        {
            await client.StatusAsync();
            after = Footprint.Of(status.DaemonPid, status.KeeperPid);
        }
        Assert.Equal(before.Descriptors, after.Descriptors);
        Assert.Equal(2, daemon.Processes.Find().Count);
        TestContext.Current.TestOutputHelper?.WriteLine($"daemon {before.DaemonKilobytes} then {after.DaemonKilobytes} KB, keeper {before.KeeperKilobytes} then {after.KeeperKilobytes} KB");
        Assert.InRange(after.DaemonKilobytes, 0, before.DaemonKilobytes + NoiseKilobytes);
        Assert.InRange(after.KeeperKilobytes, 0, before.KeeperKilobytes + NoiseKilobytes);
        Assert.Empty(await client.ListAsync());
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
            await client.WaitAsync("cycle");
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

        private static long AnonymousKilobytes(int pid)
        {
            var line = File.ReadLines($"/proc/{pid}/status").Single(l => l.StartsWith("RssAnon:", StringComparison.Ordinal));
            return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture);
        }
    }
}
