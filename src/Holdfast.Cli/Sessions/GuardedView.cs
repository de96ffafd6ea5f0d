using Holdfast.Client;

namespace Holdfast.Cli.Sessions;

/// <summary>
/// Lets one thread at a time at the view, and nobody once it was left: the key that detaches and a change of the window's size come on threads
/// of their own, in the middle of output. Owned by one attachment.
/// </summary>
internal sealed class GuardedView(IAttachedView view) : IAttachedView
{
    private readonly Lock _gate = new();
    private bool _left;

    public void Draw(SessionEvent screen) => Do(() => view.Draw(screen));

    public void Show(SessionEvent output)
    {
        // Not by a closure: this is the path of every chunk.
        lock (_gate)
        {
            if (!_left)
                view.Show(output);
        }
    }

    public void Resized(SessionEvent resized) => Do(() => view.Resized(resized));

    public void Flush()
    {
        lock (_gate)
        {
            if (!_left)
                view.Flush();
        }
    }

    public void Leave() => Do(() =>
    {
        view.Leave();
        _left = true;
    });

    private void Do(Action action)
    {
        lock (_gate)
        {
            if (!_left)
                action();
        }
    }
}
