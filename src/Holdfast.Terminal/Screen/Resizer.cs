namespace Holdfast.Terminal.Screen;

/// <summary>Changes the size of both screens. Part of one model.</summary>
internal sealed class Resizer(TerminalState state)
{
    public void Resize(TerminalSize size) => throw new NotSupportedException(size.ToString() + state.X);
}
