namespace Holdfast.Terminal.Tests;

/// <summary>What a change of size does to both screens and to the scrollback.</summary>
public sealed class ResizeTests
{
    private static TerminalModel Resized(string output, int columns, int rows)
    {
        var model = Screens.Fed(output);
        model.Resize(new TerminalSize(columns, rows));
        return model;
    }

    [Fact]
    public void A_wider_screen_joins_what_was_wrapped() =>
        Assert.Equal("abcdefghijklmno|x", Resized("abcdefghijklmno\r\nx", 20, 4).Lines());

    [Fact]
    public void A_narrower_screen_wraps_what_no_longer_fits() =>
        Assert.Equal("abcde|fgh|x", Resized("abcdefgh\r\nx", 5, 4).Lines());

    [Fact]
    public void Joined_and_wrapped_again_the_text_is_the_same()
    {
        var model = Resized("abcdefghijklmno\r\nx", 20, 4);
        model.Resize(new TerminalSize(10, 4));
        Assert.Equal("abcdefghij|klmno|x", model.Lines());
    }

    [Fact]
    public void Scrollback_is_wrapped_anew_too()
    {
        var model = Resized("abcdefgh\r\n1\r\n2\r\n3\r\n4\r\n5", 5, 4);
        Assert.Equal("abcde|fgh|1", model.History());
        Assert.Equal("2|3|4|5", model.Lines());
    }

    [Fact]
    public void A_wide_character_is_not_cut_by_wrapping() => Assert.Equal("a漢|字|x", Resized("a漢字\r\nx", 4, 4).Lines());

    [Fact]
    public void Fewer_rows_push_lines_into_the_scrollback_when_the_cursor_is_last()
    {
        var model = Resized("a\r\nb\r\nc\r\nd", 10, 2);
        Assert.Equal(("a|b", "c|d"), (model.History(), model.Lines()));
        model.Resize(new TerminalSize(10, 4));
        Assert.Equal(("", "a|b|c|d"), (model.History(), model.Lines()));
    }

    [Fact]
    public void The_alternate_screen_is_cut_and_never_wrapped() =>
        Assert.Equal("abcde", Resized("\e[?1049h\e[Habcdefgh", 5, 4).Lines());

    [Fact]
    public void Sizes_beyond_all_bounds_are_cut() =>
        Assert.Equal(new TerminalSize(1, TerminalSize.Largest), Resized("x", 0, int.MaxValue).Size);
}
