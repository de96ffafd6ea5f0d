using System.Runtime.InteropServices;
using Holdfast.Ring;

namespace Holdfast.Pure.Tests.Ring;

public sealed class CheckpointSlotsTests
{
    [Fact]
    public void A_fresh_ring_has_no_checkpoint() => Assert.Null(Read(new RingWorld()));

    [Fact]
    public void The_newest_checkpoint_is_read_whatever_was_written_before()
    {
        var world = new RingWorld();
        for (var i = 1; i <= 5; i++)
        {
            Write(world, (ulong)i * 10, (byte)i, 1000 + i);
            Assert.Equal(((ulong)i * 10, (byte)i, 1000 + i), Read(world));
        }
    }

    [Fact]
    public void A_write_killed_at_every_step_leaves_the_one_before_or_is_there_whole()
    {
        var world = new RingWorld();
        Write(world, 10, 1, 64);
        Write(world, 20, 2, 64);
        var initial = world.Save();
        for (var cut = 0; ; cut++)
        {
            world.Restore(initial);
            var survived = world.Kill.Survives(cut, () => Write(world, 30, 3, 48));
            var found = Read(world);
            Assert.True(found == (20UL, (byte)2, 64) || found == (30UL, (byte)3, 48), $"cut {cut}: {found}");
            if (!survived)
                continue;
            Assert.Equal((30UL, (byte)3, 48), found);
            break;
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(17)]
    [InlineData(63)]
    public void A_checkpoint_with_a_changed_byte_is_not_read_and_the_one_before_is(int at)
    {
        var world = new RingWorld();
        Write(world, 10, 1, 64);
        Write(world, 20, 2, 64);
        var ring = world.Ring();
        Assert.True(ring.Checkpoints.TryRead(out _, out var content));
        Flip(content, at);
        Assert.Equal((10UL, (byte)1, 64), Read(world));
    }

    private static void Flip(ReadOnlySpan<byte> content, int at) =>
        MemoryMarshal.CreateSpan(ref MemoryMarshal.GetReference(content), content.Length)[at] ^= 1;

    private static void Write(RingWorld world, ulong offset, byte value, int length)
    {
        var slots = world.Ring().Checkpoints;
        slots.Begin()[..length].Fill(value);
        slots.Publish(offset, length);
    }

    private static (ulong Offset, byte Value, int Length)? Read(RingWorld world) =>
        world.Ring().Checkpoints.TryRead(out var offset, out var content) && content.IndexOfAnyExcept(content[0]) < 0
            ? (offset, content[0], content.Length)
            : null;
}
