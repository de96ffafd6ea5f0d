using System.Globalization;

namespace Holdfast.EndToEnd.Tests.Transfers;

/// <summary>A reader of a terminal may be killed at any instruction, its successor's recovery too: every byte is there once.</summary>
public sealed class TransferKillTests(ITestOutputHelper log)
{
    // Two at once: a killed one's kernel work overlaps the other's start.
    private const int Lanes = 2;

    private static readonly int Rounds =
        Environment.GetEnvironmentVariable("HOLDFAST_KILLS") is { Length: > 0 } set ? int.Parse(set, CultureInfo.InvariantCulture) : 1000;

    [Fact]
    public Task A_thousand_readers_killed_at_random_lose_no_byte() => KillAsync("splice", Rounds);

    [Fact]
    public Task Without_splice_readers_killed_at_random_lose_no_byte_either() => KillAsync("pattern", Rounds / 4);

    [Fact]
    public void The_experiment_can_tell_a_plain_read_that_loses_bytes()
    {
        using var lane = new TransferLane("plain", seed: 1);
        var lost = Assert.Throws<InvalidDataException>(() =>
        {
            for (var round = 0; round < 200; round++)
                lane.Round();
            lane.Finish();
        });
        log.WriteLine($"lost in round {lane.Rounds}: {lost.Message}");
    }

    private async Task KillAsync(string kind, int rounds)
    {
        var lanes = await Task.WhenAll(Enumerable.Range(1, Lanes).Select(seed => Task.Factory.StartNew(
            () => Kill(kind, seed, (rounds + Lanes - 1) / Lanes), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        var (killed, inRecovery, recovered, bytes) = (lanes.Sum(l => l.Rounds), lanes.Sum(l => l.KilledInRecovery), lanes.Sum(l => l.RoundsWithRecovery), lanes.Sum(l => l.Bytes));
        log.WriteLine($"{kind}: {killed} killed, {inRecovery} of them in their recovery, {recovered} left bytes to complete, {bytes} bytes, all right");
        Assert.True(killed >= rounds);
        Assert.True(recovered > 0, "no kill fell into a transfer: the experiment shows nothing");
        Assert.True(inRecovery > 0, "no recovery was killed");
    }

    private static TransferLane Kill(string kind, int seed, int rounds)
    {
        var lane = new TransferLane(kind, seed);
        using (lane)
        {
            for (var round = 0; round < rounds; round++)
                lane.Round();
            lane.Finish();
        }
        return lane;
    }
}
