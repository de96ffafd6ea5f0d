namespace Holdfast.Terminal.Tests;

/// <summary>The first sequences of every terminal.</summary>
public sealed class SmokeTests
{
    [Theory]
    [InlineData("abc\r\ndef", "abc|def")]
    [InlineData("abcdefghijkl", "abcdefghij|kl")]
    [InlineData("\e[2;3Hx\e[1;1Hy", "y|  x")]
    [InlineData("a\r\nb\r\nc\r\nd\r\ne", "b|c|d|e")]
    [InlineData("abc\e[2D\e[K", "a")]
    [InlineData("漢字かな漢字", "漢字かな漢|字")]
    [InlineData("e\u0301x", "e\u0301x")]
    [InlineData("\e(0lqk\e(Bx", "┌─┐x")]
    [InlineData("abc\e[1;1H\e[4hX\e[4l", "Xabc")]
    [InlineData("a\e[3b", "aaaa")]
    [InlineData("\e[2;3r\e[2;1Ha\r\nb\r\nc", "|b|c")]
    [InlineData("\e]0;title\aok\eP1;2|xx\e\\!\e_hidden\e\\.", "ok!.")]
    [InlineData("\e[?1049hfull\e[?1049lmain", "main")]
    [InlineData("\e[31mred\e[38:2::1:2:3mx\e[0m", "redx")]
    public void Gives_the_screen(string output, string screen) => Assert.Equal(screen, Screens.Fed(output).Lines());

    [Fact]
    public void Lines_that_leave_the_screen_are_kept() => Assert.Equal("a|b", Screens.Fed("a\r\nb\r\nc\r\nd\r\ne\r\nf").History());
}
