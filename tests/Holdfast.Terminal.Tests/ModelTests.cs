namespace Holdfast.Terminal.Tests;

/// <summary>What holds for every model before anything was fed.</summary>
public sealed class ModelTests
{
    [Fact]
    public void A_new_model_has_the_size_it_was_given() => Assert.Equal(new TerminalSize(80, 24), new TerminalModel(new TerminalSize(80, 24)).Size);

    [Fact]
    public void A_repetition_is_bounded()
    {
        var model = Screens.Fed("x\e[65535b", 5, 2);

        // One and 1024: the last row is full.
        Assert.Equal("xxxxx\nxxxxx", TerminalText.Screen(model).TrimEnd('\n'));
    }
}
