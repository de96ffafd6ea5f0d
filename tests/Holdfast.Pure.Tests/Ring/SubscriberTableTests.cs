using Holdfast.Ring;

namespace Holdfast.Pure.Tests.Ring;

public sealed class SubscriberTableTests
{
    [Fact]
    public void Cursors_are_there_for_the_next_daemon()
    {
        var world = new RingWorld();
        var table = world.Ring().Subscribers;
        var one = table.Put(1, 100);
        var two = table.Put(2, 200);
        table.Move(two, 250);
        Assert.Equal(one, table.Put(1, 110));
        Assert.Equal([(1UL, 110UL), (2UL, 250UL)], world.Ring().Subscribers.List());
        table.Remove(one);
        Assert.Equal([(2UL, 250UL)], world.Ring().Subscribers.List());
        table.Clear();
        Assert.Empty(world.Ring().Subscribers.List());
    }

    [Fact]
    public void A_full_table_refuses_and_takes_again_after_a_removal()
    {
        var table = new RingWorld().Ring().Subscribers;
        for (var client = 1UL; client <= SubscriberTable.SlotCount; client++)
            Assert.Equal((int)client - 1, table.Put(client, client));
        Assert.Equal(-1, table.Put(1000, 0));
        table.Remove(5);
        Assert.Equal(5, table.Put(1000, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => table.Put(0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => table.Move(SubscriberTable.SlotCount, 0));
    }

    [Fact]
    public void A_put_killed_at_every_step_shows_no_former_holders_cursor()
    {
        for (var cut = 0; ; cut++)
        {
            var world = new RingWorld();
            world.Ring().Subscribers.Remove(world.Ring().Subscribers.Put(1, 111));
            var survived = world.Kill.Survives(cut, () => world.Ring().Subscribers.Put(2, 222));
            Assert.True(world.Ring().Subscribers.List() is [] or [(2, 222)]);
            if (survived)
                break;
        }
    }
}
