using System.Text;

namespace Holdfast.Terminal.Tests;

/// <summary>Short forms for tests: a model that was fed, its screen as lines.</summary>
internal static class Screens
{
    public static TerminalModel Fed(string output, int columns = 10, int rows = 4)
    {
        var model = new TerminalModel(new TerminalSize(columns, rows));
        model.Feed(Encoding.UTF8.GetBytes(output));
        return model;
    }

    public static TerminalModel More(this TerminalModel model, string output)
    {
        model.Feed(Encoding.UTF8.GetBytes(output));
        return model;
    }

    /// <summary>The screen's lines joined by a bar, without the empty ones at the end.</summary>
    public static string Lines(this TerminalModel model) => TerminalText.Screen(model).TrimEnd('\n').Replace('\n', '|');

    public static string History(this TerminalModel model) => TerminalText.Scrollback(model).TrimEnd('\n').Replace('\n', '|');
}
