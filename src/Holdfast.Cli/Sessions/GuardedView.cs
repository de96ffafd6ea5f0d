using Holdfast.Client;

namespace Holdfast.Cli.Sessions;

/// <summary>
/// Lets one thread at a time at the view, and nobody once it was left: the key that detaches and a change of the window's size come on threads
/// of their own, in the middle of output. Owned by one attachment.
/// </summary>
internal sealed class GuardedView(IAttachedView view) : IAttachedView
{
    private readonly Lock _gate = new();
    private IAttachedView _view = view;
    private bool _left;

    /// <summary>Shows the session another way from the next screen on.</summary>
    public void Switch(IAttachedView next) => Do(() =>
    {
        _view.Leave();
        _view = next;
    });

    public void Draw(SessionEvent screen) => Do(() => _view.Draw(screen));

    public void Show(SessionEvent output)
    {
        // Not by a closure: this is the path of every chunk.
        lock (_gate)
        {
            if (!_left)
                _view.Show(output);
        }
    }

    public void Resized(SessionEvent resized) => Do(() => _view.Resized(resized));

    public void Notice(string what) => Do(() => _view.Notice(what));

    public void EndNotice() => Do(() => _view.EndNotice());

    public void Flush()
    {
        lock (_gate)
        {
            if (!_left)
                _view.Flush();
        }
    }

    public void Leave() => Do(() =>
    {
        _view.Leave();
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
