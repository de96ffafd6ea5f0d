using Holdfast.Cli.Output;
using Holdfast.Client;

namespace Holdfast.Cli.Sessions;

/// <summary>The user's terminal is the session's: what the program writes goes to it as it is.</summary>
internal sealed class DirectView : IAttachedView
{
    private readonly GatheredOutput _output = new();
    private readonly ScreenMode _mode = new();
    private bool _drawn;

    public void Draw(SessionEvent screen)
    {
        if (!_drawn && TerminalAttach.Size() is { } own)
            _output.Write(ScreenMode.EnterSequence(own.Rows));
        _drawn = true;
        Show(screen);
    }

    public void Show(SessionEvent output)
    {
        _mode.See(output.Data.Span);
        _output.Write(output.Data.Span);
    }

    public void Resized(SessionEvent resized)
    {
    }

    public void Flush() => _output.Flush();

    public void Leave()
    {
        _output.Flush();
        StandardOutput.Write(_mode.LeaveSequence);
    }
}
