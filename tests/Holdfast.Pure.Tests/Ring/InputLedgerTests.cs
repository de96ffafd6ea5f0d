using FsCheck;
using FsCheck.Fluent;
using Holdfast.Ring;

namespace Holdfast.Pure.Tests.Ring;

public sealed class InputLedgerTests
{
    private const ulong Client = 77;

    [Theory]
    [InlineData(10, 10)]
    [InlineData(10, 4)]
    [InlineData(10, 0)]
    public void A_write_killed_at_every_step_is_known_or_named_uncertain(int length, int taken)
    {
        var world = new RingWorld();
        Write(world.Ring().Input, 100);
        var initial = world.Save();
        for (var cut = 0; ; cut++)
        {
            world.Restore(initial);
            var (written, known) = (false, false);
            var survived = world.Kill.Survives(cut, () =>
            {
                var ledger = world.Ring().Input;
                var slot = ledger.Open(Client);
                ledger.Begin(slot, length);
                world.Kill.BeforeStep();
                written = true;
                ledger.Complete(slot, taken);
                known = true;
            });
            var killed = world.Save();
            for (var recoveryCut = 0; ; recoveryCut++)
            {
                world.Restore(killed);
                var recovered = world.Kill.Survives(recoveryCut, () => world.Ring().Input.Recover());
                world.Ring().Input.Recover();
                AssertTold(world.Ring().Input, written, known, length, taken);
                if (recovered)
                    break;
            }

            if (survived)
                break;
        }
    }

    [Fact]
    public void From_the_moment_the_result_is_stored_a_kill_leaves_nothing_uncertain()
    {
        var world = new RingWorld();
        var ledger = world.Ring().Input;
        var slot = ledger.Open(Client);
        var exact = 0;
        for (var cut = 0; ; cut++)
        {
            ledger.Begin(slot, 10);
            var before = ledger.Accepted(slot);
            var survived = world.Kill.Survives(cut, () => ledger.Complete(slot, 4));
            ledger.Recover();
            var accepted = ledger.Accepted(slot) - before;
            Assert.True(accepted == 4 || (accepted == 10 && ledger.Uncertain(slot) == 10));
            exact += !survived && accepted == 4 && ledger.Uncertain(slot) == 0 ? 1 : 0;
            if (survived)
                break;
        }

        Assert.True(exact >= 3);
    }

    [Fact]
    public void Accepted_input_adds_up_through_any_kills()
    {
        var writes = Gen.Choose(0, 50).Two().Select(w => (Length: Math.Max(w.Item1, w.Item2), Taken: Math.Min(w.Item1, w.Item2)));
        var runs = writes.Zip(Gen.Choose(0, 60)).ListOf();
        Prop.ForAll(runs.ToArbitrary(), run =>
        {
            var world = new RingWorld();
            var certain = 0UL;
            foreach (var ((length, taken), cut) in run)
            {
                var survived = world.Kill.Survives(cut, () => Write(world.Ring().Input, length, taken));
                var ledger = world.Ring().Input;
                ledger.Recover();
                var accepted = ledger.Accepted(ledger.Open(Client));
                var uncertain = ledger.Uncertain(ledger.Open(Client));
                var grown = accepted - certain;
                if (survived ? grown != (ulong)taken || uncertain != 0 : grown != 0 && grown != (ulong)taken && grown != (ulong)length)
                    return false;
                certain = accepted;
            }

            return true;
        }).Check(Config.QuickThrowOnFailure);
    }

    [Fact]
    public void The_least_recently_used_client_gives_way_but_never_one_in_mid_write()
    {
        var ledger = new RingWorld().Ring().Input;
        for (var client = 1UL; client <= InputLedger.SlotCount; client++)
            ledger.Open(client);
        var busy = ledger.Open(2);
        ledger.Open(1);
        for (var client = 3UL; client <= InputLedger.SlotCount; client++)
            ledger.Open(client);
        ledger.Begin(busy, 5);

        Assert.Equal(0, ledger.Open(1000));
        Assert.NotEqual(busy, ledger.Open(1001));
        ledger.Complete(busy, 5);
        Assert.Equal(5UL, ledger.Accepted(ledger.Open(2)));
    }

    [Fact]
    public void A_recycled_slot_killed_at_every_step_gives_no_client_another_ones_numbers()
    {
        var world = new RingWorld();
        for (var client = 1UL; client <= InputLedger.SlotCount; client++)
            Write(world.Ring().Input, 10, 10, client);
        var initial = world.Save();
        for (var cut = 0; ; cut++)
        {
            world.Restore(initial);
            var survived = world.Kill.Survives(cut, () => world.Ring().Input.Open(1000));
            var ledger = world.Ring().Input;
            Assert.Equal(0UL, ledger.Accepted(ledger.Open(1000)));
            Assert.Equal(10UL, ledger.Accepted(ledger.Open(InputLedger.SlotCount)));
            if (survived)
                break;
        }
    }

    [Fact]
    public void A_slot_is_found_again_by_the_next_daemon()
    {
        var world = new RingWorld();
        Write(world.Ring().Input, 12);
        var ledger = world.Ring().Input;
        Assert.Equal(12UL, ledger.Accepted(ledger.Open(Client)));
        Assert.False(ledger.Recover());
    }

    [Fact]
    public void Calls_out_of_order_are_refused()
    {
        var ledger = new RingWorld().Ring().Input;
        var slot = ledger.Open(Client);
        Assert.Throws<InvalidOperationException>(() => ledger.Complete(slot, 1));
        ledger.Begin(slot, 1);
        Assert.Throws<InvalidOperationException>(() => ledger.Begin(slot, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => ledger.Complete(slot, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => ledger.Open(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => ledger.Accepted(InputLedger.SlotCount));
    }

    private static void Write(InputLedger ledger, int length) => Write(ledger, length, length);

    private static void Write(InputLedger ledger, int length, int taken, ulong client = Client)
    {
        var slot = ledger.Open(client);
        ledger.Begin(slot, length);
        ledger.Complete(slot, taken);
    }

    private static void AssertTold(InputLedger ledger, bool written, bool known, int length, int taken)
    {
        var slot = ledger.Open(Client);
        var (accepted, uncertain) = (ledger.Accepted(slot), ledger.Uncertain(slot));
        if (known)
            Assert.Equal((100UL + (ulong)taken, 0UL), (accepted, uncertain));
        else if (uncertain > 0)
            Assert.Equal((100UL + (ulong)length, (ulong)length), (accepted, uncertain));
        else
            Assert.Equal(written ? 100UL + (ulong)taken : 100UL, accepted);
    }
}
