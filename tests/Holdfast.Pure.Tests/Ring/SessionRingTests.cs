using FsCheck;
using FsCheck.Fluent;
using Holdfast.Ring;

namespace Holdfast.Pure.Tests.Ring;

public sealed class SessionRingTests
{
    private static readonly ulong[] Starts =
        [0, 1, RingWorld.Capacity - 1, (1UL << 31) - 5, (1UL << 32) - 5, (1UL << 63) - 5, 1UL << 63, (1UL << 63) + RingWorld.Capacity];

    [Fact]
    public void What_was_written_is_read_back_at_any_offset_and_length()
    {
        var runs =
            from start in Gen.Elements(Starts)
            from lengths in Gen.OneOf(Gen.Choose(0, 500), Gen.Choose(RingWorld.Capacity - 2, RingWorld.Capacity)).NonEmptyListOf().Resize(6)
            from seed in Gen.Choose(0, int.MaxValue)
            select (start, lengths, seed);
        Prop.ForAll(runs.ToArbitrary(), run =>
        {
            var world = new RingWorld(run.start);
            var stream = new byte[run.lengths.Sum()];
            new Random(run.seed).NextBytes(stream);
            var at = 0;
            foreach (var length in run.lengths)
            {
                world.Append(stream.AsSpan(at, length));
                at += length;
            }

            var ring = world.Ring();
            var held = Math.Min(stream.Length, RingWorld.Capacity);
            return ring.Head == run.start + (ulong)stream.Length
                && ring.Read(ring.Head - (ulong)held, held).SequenceEqual(stream.AsSpan(stream.Length - held))
                && ring.ReadMemory(ring.Head, 0).IsEmpty;
        }).Check(Config.QuickThrowOnFailure);
    }

    [Fact]
    public void Held_is_the_last_capacity_of_bytes()
    {
        var world = new RingWorld();
        world.Append(new byte[RingWorld.Capacity]);
        Assert.Equal(0UL, world.Ring().RetainedFrom);
        world.Append(new byte[3]);
        Assert.Equal(3UL, world.Ring().RetainedFrom);
    }

    [Fact]
    public void Bytes_that_a_window_beyond_head_may_have_spoiled_are_held_no_longer_even_by_the_next_daemon()
    {
        var world = new RingWorld();
        world.Append(new byte[RingWorld.Capacity]);
        var ring = world.Ring();
        ring.WriteWindow(ring.Head, PatternWindow.Bytes).Fill(0xFF);
        ring.Publish(ring.Head + 10);
        Assert.Equal((ulong)PatternWindow.Bytes, world.Ring().RetainedFrom);
        Assert.Throws<ArgumentOutOfRangeException>(() => world.Ring().ReadMemory(10, 1));
        Assert.Equal(0, world.Ring().Read(PatternWindow.Bytes, 1)[0]);
    }

    [Theory]
    [InlineData(9, 0)]
    [InlineData(9, 1)]
    [InlineData(RingWorld.Capacity + 9, 2)]
    [InlineData(RingWorld.Capacity + 10, 1)]
    [InlineData(RingWorld.Capacity + 11, 0)]
    [InlineData(10, RingWorld.Capacity + 1)]
    [InlineData(-1, 1)]
    [InlineData(50, -1)]
    public void Reading_outside_of_what_is_held_is_refused(int offset, int length)
    {
        var world = new RingWorld();
        world.Append(new byte[RingWorld.Capacity]);
        world.Append(new byte[10]);
        Assert.Throws<ArgumentOutOfRangeException>(() => world.Ring().ReadMemory((ulong)(long)offset, length));
        Assert.Equal(RingWorld.Capacity, world.Ring().Read(10, RingWorld.Capacity).Length);
    }

    [Fact]
    public void Writing_below_head_or_more_than_a_capacity_beyond_is_refused()
    {
        var world = new RingWorld(100);
        var ring = world.Ring();
        Assert.Throws<ArgumentOutOfRangeException>(() => ring.WriteMemory(99, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => ring.WriteMemory(101, RingWorld.Capacity));
        Assert.Throws<ArgumentOutOfRangeException>(() => ring.WriteMemory(100, RingWorld.Capacity + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => ring.WriteMemory(100, -1));
        Assert.Equal(RingWorld.Capacity, ring.WriteWindow(100, RingWorld.Capacity).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => ring.Publish(99));
        Assert.Throws<ArgumentOutOfRangeException>(() => ring.Publish(101 + RingWorld.Capacity));
    }

    [Fact]
    public void The_largest_ring_gives_a_full_window_at_its_last_position()
    {
        var world = new RingWorld();
        var mapping = new TwiceMapped(RingWorld.Capacity, world.Kill).Claiming(int.MaxValue);
        var ring = SessionRing.Format(world.Header, mapping, 1, RingLayout.MaxCapacity);
        world.Poke(RingLayout.HeadAt, (1UL << 63) - 1);
        Assert.Equal(1 << 30, ring.WriteMemory(ring.Head, 1 << 30).Length);
    }

    [Fact]
    public void Formatting_killed_at_every_step_leaves_a_whole_ring_or_none()
    {
        for (var cut = 0; ; cut++)
        {
            var world = new RingWorld(start: 500);
            var survived = world.Kill.Survives(cut, () => SessionRing.Format(world.Header, world.Data, 42, RingWorld.Capacity));
            if (TryOpen(world) is { } ring)
                Assert.True(ring is { SessionKey: 42, Head: 0 } || (cut == 0 && ring is { SessionKey: RingWorld.Key, Head: 500 }));
            if (survived)
                break;
            Assert.True(cut < 100);
        }
    }

    [Fact]
    public void Checkpoint_slots_and_the_answered_offset_are_apart_from_everything_else()
    {
        var world = new RingWorld();
        var ring = world.Ring();
        world.Append([1, 2, 3]);
        ring.Checkpoints.Begin().Fill(0xee);
        ring.Checkpoints.Publish(3, 100);
        ring.AnsweredTo = 2;
        ring = world.Ring();
        Assert.Equal((3UL, 2UL), (ring.Head, ring.AnsweredTo));
        Assert.True(ring.Checkpoints.TryRead(out var offset, out var content));
        Assert.Equal((3UL, 100), (offset, content.Length));
        Assert.True(content.IndexOfAnyExcept((byte)0xee) < 0);
    }

    private static SessionRing? TryOpen(RingWorld world)
    {
        try
        {
            return world.Ring();
        }
        catch (RingFormatException e) when (e.Reason == RingFormatReason.UnknownMagic)
        {
            return null;
        }
    }
}
