using FsCheck;
using FsCheck.Fluent;
using Holdfast.Ring;

namespace Holdfast.Pure.Tests.Ring;

public sealed class SizeLogTests
{
    [Fact]
    public void An_empty_log_knows_no_size()
    {
        var sizes = new RingWorld().Ring().Sizes;
        Assert.Equal(default, sizes.InForceAt(5));
        Assert.Empty(sizes.From(0));
    }

    [Fact]
    public void The_log_agrees_with_a_plain_list_of_the_last_128()
    {
        var runs = Gen.Choose(0, 3).ArrayOf().Resize(600).Zip(Gen.Elements(0UL, 1UL << 63, ulong.MaxValue - 5000));
        Prop.ForAll(runs.ToArbitrary(), run =>
        {
            var (steps, offset) = run;
            var sizes = new RingWorld().Ring().Sizes;
            var model = new List<SizeEntry>();
            foreach (var step in steps)
            {
                offset += (ulong)step;
                model.Add(new SizeEntry(offset, (ushort)model.Count, (ushort)(model.Count * 7)));
                sizes.Append(offset, model[^1].Cols, model[^1].Rows);
            }

            var kept = model.TakeLast(SizeLog.Kept).ToList();
            return kept.TrueForAll(entry => Agrees(sizes, kept, entry.Offset) && Agrees(sizes, kept, entry.Offset + 1))
                && (kept.Count == 0 || Agrees(sizes, kept, 0));
        }).Check(Config.QuickThrowOnFailure);
    }

    [Fact]
    public void An_append_killed_at_every_step_is_there_whole_or_not_at_all()
    {
        var world = new RingWorld();
        for (ushort i = 0; i < 300; i++)
            world.Ring().Sizes.Append(i, i, i);
        var (initial, before) = (world.Save(), world.Ring().Sizes.From(0));
        for (var cut = 0; ; cut++)
        {
            world.Restore(initial);
            var survived = world.Kill.Survives(cut, () => world.Ring().Sizes.Append(1000, 80, 24));
            var after = world.Ring().Sizes.From(0);
            Assert.Equal(survived ? [.. before.Skip(1), new SizeEntry(1000, 80, 24)] : before, after);
            if (survived)
                break;
        }
    }

    [Fact]
    public void Offsets_never_go_back()
    {
        var sizes = new RingWorld().Ring().Sizes;
        sizes.Append(10, 80, 24);
        Assert.Throws<ArgumentOutOfRangeException>(() => sizes.Append(9, 80, 24));
        sizes.Append(10, 100, 30);
        Assert.Equal(new SizeEntry(10, 100, 30), sizes.InForceAt(10));
    }

    private static bool Agrees(SizeLog sizes, List<SizeEntry> kept, ulong offset)
    {
        var first = Math.Max(0, kept.FindLastIndex(entry => entry.Offset <= offset));
        return sizes.InForceAt(offset) == kept[first] && sizes.From(offset).SequenceEqual(kept.Skip(first));
    }
}
