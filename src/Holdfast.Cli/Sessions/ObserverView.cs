using Holdfast.Cli.Output;
using Holdfast.Client;
using Holdfast.Linux.Pty;
using Holdfast.Protocol.V1;
using TerminalSize = Holdfast.Terminal.TerminalSize;

namespace Holdfast.Cli.Sessions;

/// <summary>
/// The session has a size of its own: as much of its screen as fits is painted on the alternate screen of the user's terminal, whose modes no
/// program of the session ever changes.
/// </summary>
internal sealed class ObserverView : IAttachedView
{
    private readonly IByteOutput _terminal;
    private readonly ObserverScreen _screen;
    private bool _entered;
    private bool _drawing;

    public ObserverView(IByteOutput terminal, SessionInfo session)
    {
        _terminal = terminal;
        _screen = new ObserverScreen(SizeOf(session.Size));
    }

    public void Draw(SessionEvent screen)
    {
        _screen.Draw(screen.Data.Span, SizeOf(screen.Size!));
        _drawing = screen.More;
    }

    public void Show(SessionEvent output) => _screen.Feed(output.From, output.Data.Span);

    public void Resized(SessionEvent resized) => _screen.Resize(resized.From, SizeOf(resized.Size!));

    public void Notice(string what)
    {
        _screen.Notice(what);
        Flush();
    }

    public void EndNotice()
    {
        _screen.EndNotice();
        Flush();
    }

    public void Flush()
    {
        if (_drawing)
            return;
        if (!_entered)
            _terminal.Write("\e[?1049h"u8);
        _entered = true;
        var window = TerminalAttach.Size() ?? new WindowSize(80, 24);
        _terminal.Write(_screen.Paint(new TerminalSize(window.Columns, window.Rows)));
    }

    public void Leave()
    {
        if (_entered)
            _terminal.Write("\e[0m\e[?25h\e[?1049l"u8);
    }

    private static TerminalSize SizeOf(Protocol.V1.TerminalSize size) => new((int)size.Cols, (int)size.Rows);
}
