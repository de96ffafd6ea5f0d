using FsCheck;
using FsCheck.Fluent;
using Holdfast.Ring;

namespace Holdfast.Pure.Tests.Ring;

public sealed class TransferRecoveryTests
{
    private static readonly TransferCase Small = new(0, 10, 20, MostPerSplice: 12, MostPerRead: 5, Seed: 1);

    public static TheoryData<TransferCase> Cases => new()
    {
        Small,
        new TransferCase(0, 0, 0, MostPerSplice: 12, MostPerRead: 5, Seed: 2),
        new TransferCase(0, 0, 1, MostPerSplice: 12, MostPerRead: 5, Seed: 3),
        new TransferCase(0, RingWorld.Capacity - 3, 9, MostPerSplice: 8, MostPerRead: 3, Seed: 4),
        new TransferCase(0, RingWorld.Capacity + 100, 5000, MostPerSplice: 4096, MostPerRead: 1500, Seed: 5),
        new TransferCase((1UL << 63) - 6, 0, 20, MostPerSplice: 12, MostPerRead: 5, Seed: 6),
        new TransferCase((1UL << 63) - 6, RingWorld.Capacity, 70000, MostPerSplice: RingWorld.Capacity, MostPerRead: 30000, Seed: 7),
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_splice_killed_at_every_step_and_recovered_by_killed_recoveries_is_exact(TransferCase given)
    {
        var simulation = new TransferSimulation(given, Transfers.Splice, Transfers.Recover);
        Assert.Null(simulation.Explore(killedRecoveries: 2));
        Assert.True(simulation.Checked > 100);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_plain_read_killed_at_every_step_and_recovered_by_killed_recoveries_is_exact(TransferCase given)
    {
        var simulation = new TransferSimulation(given, Transfers.PlainRead, Transfers.Recover);
        Assert.Null(simulation.Explore(killedRecoveries: 2));
        Assert.True(simulation.Checked > 100);
    }

    [Fact]
    public void Any_transfer_killed_anywhere_through_any_number_of_recoveries_is_exact()
    {
        var cases =
            from start in Gen.Elements(0UL, 5UL, (1UL << 63) - 40, 1UL << 63)
            from before in Gen.Elements(0, 1, 100, RingWorld.Capacity - 7, RingWorld.Capacity)
            from waiting in Gen.Choose(0, 300)
            from splice in Gen.Choose(1, 300)
            from read in Gen.Choose(1, 100)
            from seed in Gen.Choose(0, int.MaxValue)
            select new TransferCase(start, before, waiting, splice, read, seed);
        var runs =
            from given in cases
            from plain in Gen.Elements(true, false)
            from cuts in Gen.Choose(0, 60).NonEmptyListOf()
            select (given, plain, cuts);
        Prop.ForAll(runs.ToArbitrary(), run => Follow(run.given, run.plain, [.. run.cuts]))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(400));
    }

    [Fact]
    public void Control_a_recovery_that_reads_before_it_counts_is_caught()
    {
        var simulation = new TransferSimulation(Small, Transfers.Splice, Transfers.RecoverWithoutCounting);
        Assert.NotNull(simulation.Explore(killedRecoveries: 1));
    }

    [Fact]
    public void Control_a_transfer_that_closes_its_record_before_head_is_caught()
    {
        var simulation = new TransferSimulation(Small, Transfers.SpliceClosedTooEarly, Transfers.Recover);
        Assert.NotNull(simulation.Explore(killedRecoveries: 0));
    }

    [Fact]
    public void Control_a_plain_read_announced_before_its_window_is_filled_is_caught()
    {
        var simulation = new TransferSimulation(Small, Transfers.PlainReadFilledTooLate, Transfers.Recover);
        Assert.NotNull(simulation.Explore(killedRecoveries: 0));
    }

    [Fact]
    public void Nothing_under_way_is_nothing_to_recover()
    {
        var world = new RingWorld();
        Assert.Equal(new RecoveryOutcome(RecoveryKind.Nothing, 0, 0), Recover(world));
    }

    [Fact]
    public void Saved_bytes_are_counted()
    {
        var world = Interrupted(ringHead: 0, count: 30, inPipe: 30);
        Assert.Equal(new RecoveryOutcome(RecoveryKind.Completed, RingWorld.Key, 30), Recover(world));
    }

    [Fact]
    public void Bytes_of_an_unknown_session_are_drained_and_counted()
    {
        var world = Interrupted(ringHead: 0, count: 9000, inPipe: 7000);
        var outcome = TransferRecovery.Complete(world.Record(), world.Pipe, _ => null, RingWorld.PipeCapacity);
        Assert.Equal(new RecoveryOutcome(RecoveryKind.Drained, RingWorld.Key, 9000), outcome);
        AssertClean(world);
    }

    [Fact]
    public void Bytes_whose_base_is_not_the_head_are_drained_and_counted()
    {
        var world = Interrupted(ringHead: 3, count: 30, inPipe: 20);
        Assert.Equal(new RecoveryOutcome(RecoveryKind.Drained, RingWorld.Key, 30), Recover(world));
        Assert.Equal(3UL, world.Ring().Head);
        AssertClean(world);
    }

    [Theory]
    [InlineData(RingWorld.PipeCapacity + 1, 5)]
    [InlineData(4, 5)]
    public void An_impossible_count_drains_the_pipe_and_leaves_the_ring(int count, int inPipe)
    {
        var world = Interrupted(ringHead: 0, count, inPipe);
        Assert.Equal(new RecoveryOutcome(RecoveryKind.Drained, RingWorld.Key, (ulong)inPipe), Recover(world));
        Assert.Equal(0UL, world.Ring().Head);
        AssertClean(world);
    }

    [Fact]
    public void Bytes_in_the_pipe_without_a_record_are_drained_and_counted()
    {
        var world = new RingWorld();
        world.Pipe.Restore(new byte[11], default);
        Assert.Equal(new RecoveryOutcome(RecoveryKind.Drained, 0, 11), Recover(world));
        AssertClean(world);
    }

    [Fact]
    public void A_plain_read_into_an_unknown_or_moved_ring_is_given_up()
    {
        var world = new RingWorld(start: 10);
        world.Record().BeginPatternRead(RingWorld.Key, 11, PatternWindow.Bytes);
        Assert.Equal(RecoveryKind.Drained, Recover(world).Kind);
        AssertClean(world);
    }

    [Fact]
    public void Draining_too_can_be_killed_at_every_step()
    {
        for (var cut = 0; ; cut++)
        {
            var world = Interrupted(ringHead: 3, count: 9000, inPipe: 9000);
            var survived = world.Kill.Survives(cut, () => Recover(world));
            if (!survived && world.Record().Phase != TransferPhase.None)
                Assert.Equal(9000UL, Recover(world).Bytes);
            AssertClean(world);
            if (survived)
                break;
        }
    }

    private static void AssertClean(RingWorld world)
    {
        Assert.True(world.Pipe.Inside.IsEmpty);
        Assert.Equal(TransferPhase.None, world.Record().Phase);
    }

    private static bool Follow(TransferCase given, bool plain, int[] cuts) =>
        new TransferSimulation(given, plain ? Transfers.PlainRead : Transfers.Splice, Transfers.Recover).Follow(cuts) is null;

    private static RecoveryOutcome Recover(RingWorld world) => TransferRecovery.Complete(
        world.Record(), world.Pipe, key => key == RingWorld.Key ? world.Ring() : null, RingWorld.PipeCapacity);

    private static RingWorld Interrupted(ulong ringHead, int count, int inPipe)
    {
        var world = new RingWorld(ringHead);
        world.Record().BeginSplice(RingWorld.Key, 0);
        world.Record().BeginRead((ulong)count);
        world.Pipe.Restore(new byte[inPipe], default);
        return world;
    }
}
