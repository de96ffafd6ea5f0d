using FsCheck;
using FsCheck.Fluent;
using Holdfast.Ring;

namespace Holdfast.Pure.Tests.Ring;

public sealed class PatternWindowTests
{
    [Fact]
    public void The_end_of_any_text_is_found_at_any_offset()
    {
        var runs =
            from offset in Gen.Elements(0UL, 1UL, (1UL << 63) - 3, ulong.MaxValue - 8000)
            from shift in Gen.Choose(0, 20)
            from length in Gen.Choose(0, PatternWindow.Bytes)
            from last in Gen.Choose(0, 0xF7)
            select (Offset: offset + (ulong)shift, length, last);
        Prop.ForAll(runs.ToArbitrary(), run =>
        {
            var window = new byte[PatternWindow.Bytes];
            PatternWindow.Fill(window, run.Offset);
            window.AsSpan(0, run.length).Fill((byte)run.last);
            return PatternWindow.FindEnd(window, run.Offset) == run.length;
        }).Check(Config.QuickThrowOnFailure);
    }

    [Fact]
    public void The_pattern_depends_on_nothing_but_the_offset()
    {
        var whole = new byte[300];
        PatternWindow.Fill(whole, 1000);
        Assert.All(whole, b => Assert.InRange(b, 0xF8, 0xFF));
        for (var skip = 0; skip < 20; skip++)
        {
            var part = new byte[33];
            PatternWindow.Fill(part, 1000 + (ulong)skip);
            Assert.Equal(whole[skip..(skip + 33)], part);
        }
    }

    [Fact]
    public void A_window_of_another_offset_is_not_taken_for_untouched()
    {
        var window = new byte[PatternWindow.Bytes];
        PatternWindow.Fill(window, 0);
        Assert.InRange(PatternWindow.FindEnd(window, 65536), PatternWindow.Bytes - 16, PatternWindow.Bytes);
    }
}
