using FsCheck;
using FsCheck.Fluent;
using Holdfast.Ring;

namespace Holdfast.Pure.Tests.Ring;

public sealed class RingLayoutTests
{
    [Fact]
    public void The_layout_fits_pages_of_64_KiB()
    {
        Assert.Equal(0, RingLayout.HeaderBytes % RingLayout.Unit);
        Assert.Equal(RingLayout.HeaderBytes + 65536, RingLayout.FileBytes(65536));
    }

    [Theory]
    [InlineData(65536, true)]
    [InlineData(4 << 20, true)]
    [InlineData(1 << 30, true)]
    [InlineData(1L << 31, false)]
    [InlineData(32768, false)]
    [InlineData(65537, false)]
    [InlineData(0, false)]
    [InlineData(long.MinValue, false)]
    public void A_capacity_is_a_power_of_two_in_its_limits(long capacity, bool valid)
    {
        Assert.Equal(valid, RingLayout.IsValidCapacity(capacity));
        if (!valid)
            Assert.Throws<ArgumentOutOfRangeException>(() => SessionRing.Format(default, default, 1, capacity));
    }

    [Fact]
    public void Geometry_is_read_back_from_the_first_unit()
    {
        var geometry = RingLayout.ReadGeometry(new RingWorld().Header.Span[..RingLayout.Unit]);
        Assert.Equal(new RingGeometry(1, RingWorld.Capacity, RingLayout.HeaderBytes, RingWorld.Key, RingLayout.SlotCount), geometry);
    }

    [Theory]
    [InlineData(RingLayout.MagicAt, 0UL, RingFormatReason.UnknownMagic)]
    [InlineData(RingLayout.MagicAt, 1UL, RingFormatReason.UnknownMagic)]
    [InlineData(RingLayout.VersionAt, 2UL, RingFormatReason.UnknownVersion)]
    [InlineData(RingLayout.VersionAt, 1UL + (1UL << 32), RingFormatReason.UnknownVersion)]
    [InlineData(RingLayout.CapacityAt, 65537UL, RingFormatReason.BadNumber)]
    [InlineData(RingLayout.CapacityAt, 1UL << 63, RingFormatReason.BadNumber)]
    [InlineData(RingLayout.DataOffsetAt, 65536UL, RingFormatReason.BadNumber)]
    [InlineData(RingLayout.SlotCountAt, 5UL, RingFormatReason.BadNumber)]
    [InlineData(RingLayout.SlotBytesAt, 0UL, RingFormatReason.BadNumber)]
    [InlineData(RingLayout.InputLedgerAt, 3UL, RingFormatReason.BadNumber)]
    [InlineData(RingLayout.InputLedgerAt + 8, 32UL, RingFormatReason.BadNumber)]
    [InlineData(RingLayout.CapacityAt, 131072UL, RingFormatReason.TooShort)]
    public void A_damaged_or_newer_ring_is_refused_with_its_reason(int at, ulong value, RingFormatReason reason)
    {
        var world = new RingWorld();
        world.Poke(at, value);
        Assert.Equal(reason, Assert.Throws<RingFormatException>(world.Ring).Reason);
    }

    [Fact]
    public void Garbage_is_refused_and_never_crashes()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), garbage =>
        {
            var reason = Assert.Throws<RingFormatException>(() => RingLayout.ReadGeometry(garbage)).Reason;
            return reason is RingFormatReason.TooShort or RingFormatReason.UnknownMagic;
        }).Check(Config.QuickThrowOnFailure);
        var longer = new byte[RingLayout.Unit];
        new Random(1).NextBytes(longer);
        Assert.Throws<RingFormatException>(() => RingLayout.ReadGeometry(longer));
    }

    [Theory]
    [InlineData(TransferRecord.MagicAt, 0UL, RingFormatReason.UnknownMagic)]
    [InlineData(TransferRecord.VersionAt, 2UL, RingFormatReason.UnknownVersion)]
    [InlineData(TransferRecord.PhaseAt, 4UL, RingFormatReason.BadNumber)]
    public void A_damaged_or_newer_transfer_record_is_refused_with_its_reason(int at, ulong value, RingFormatReason reason)
    {
        var world = new RingWorld();
        world.PokePage(at, value);
        Assert.Equal(reason, Assert.Throws<RingFormatException>(world.Record).Reason);
        Assert.Throws<RingFormatException>(() => TransferRecord.Open(new byte[TransferRecord.PageBytes - 1]));
    }
}
