namespace Holdfast.Terminal;

/// <summary>
/// Hears what a terminal does beside its screen: answers, bells, titles, marks.
/// Owned by the model's owner; called synchronously from within <see cref="TerminalModel.Feed"/>, and must not feed the model from there.
/// </summary>
public interface ITerminalListener
{
    /// <summary>The terminal answers a query; whoever owns the program's input decides whether this is sent.</summary>
    void Reply(ReadOnlySpan<byte> answer)
    {
    }

    /// <summary>BEL was received (ECMA-48 8.3.3).</summary>
    void Bell()
    {
    }

    /// <summary>The window title changed (OSC 0, OSC 2, or the title stack).</summary>
    void TitleChanged(string title)
    {
    }

    /// <summary>The program told its working directory (OSC 7): the text as it was sent, usually a file: URI.</summary>
    void WorkingDirectoryChanged(string directory)
    {
    }

    /// <summary>A mark of shell integration (OSC 133).</summary>
    void CommandMark(CommandMarkKind kind, int? exitCode)
    {
    }
}

/// <summary>Which border of a command a mark of shell integration (OSC 133) stands for.</summary>
public enum CommandMarkKind
{
    /// <summary>OSC 133;A: the prompt begins.</summary>
    PromptStart,

    /// <summary>OSC 133;B: the prompt ends, what follows is typed by the user.</summary>
    CommandStart,

    /// <summary>OSC 133;C: the command runs, what follows is its output.</summary>
    OutputStart,

    /// <summary>OSC 133;D: the command ended, perhaps with its exit code.</summary>
    CommandEnd,
}
