using Holdfast.Terminal.Screen;

namespace Holdfast.Terminal.Queries;

/// <summary>Hands answers to the listener, as bytes. Part of one model.</summary>
internal sealed class Answers(TerminalState state)
{
    /// <summary>Whether anybody hears them: what nobody hears is not made.</summary>
    public bool AreHeard => state.Listener is not null;

    /// <summary>Sends a text of at most U+00FF as bytes; a title in an answer may hold more, and goes as UTF-8.</summary>
    public void Send(string answer) => state.Listener?.Reply(System.Text.Encoding.UTF8.GetBytes(answer));

    public void Csi(string rest) => Send("\e[" + rest);

    public void Dcs(string rest) => Send("\eP" + rest + "\e\\");

    /// <summary>An answer to OSC ends as its question did.</summary>
    public void Osc(string rest, bool endedByBell) => Send("\e]" + rest + (endedByBell ? "\a" : "\e\\"));
}
