using System.Buffers;
using System.Text;
using Holdfast.Cli.Output;
using Holdfast.Client;
using Holdfast.Terminal.Queries;

namespace Holdfast.Cli.Sessions;

/// <summary>The user's terminal is the session's: what the program writes goes to it as it is, old output without its queries.</summary>
/// <param name="terminal">Where it is shown.</param>
/// <param name="oldBelow">Output below this offset was there before the terminal was attached.</param>
/// <param name="redrawn">The screen is drawn again after a notice; otherwise a notice takes a line among the output.</param>
internal sealed class DirectView(IByteOutput terminal, ulong oldBelow, bool redrawn) : IAttachedView
{
    private readonly GatheredOutput _output = new(terminal);
    private readonly ScreenMode _mode = new();
    private readonly QueryFilter _filter = new();
    private readonly ArrayBufferWriter<byte> _filtered = new();
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
        var bytes = output.Data.Span;
        if (output.Kind == SessionEventKind.Output && output.From < oldBelow)
            bytes = ShowOld(bytes, (int)Math.Min((ulong)bytes.Length, oldBelow - output.From));
        _mode.See(bytes);
        if (!output.Shown)
            _output.Write(bytes);
    }

    // What was asked before this terminal was attached has been answered: the terminal must not do it again. Returns what is new.
    private ReadOnlySpan<byte> ShowOld(ReadOnlySpan<byte> bytes, int old)
    {
        _filtered.ResetWrittenCount();
        _filter.Write(bytes[..old], _filtered);
        if (old < bytes.Length)
            _filter.Flush(_filtered);
        _mode.See(_filtered.WrittenSpan);
        _output.Write(_filtered.WrittenSpan);
        return bytes[old..];
    }

    public void Resized(SessionEvent resized)
    {
    }

    public void Notice(string what)
    {
        _output.Flush();
        if (redrawn && TerminalAttach.Size() is { } size)
            terminal.Write(StatusLine.Over(what, size.Columns, size.Rows));
        else
            terminal.Write(Encoding.UTF8.GetBytes($"\r\n[holdfast: {Printable.Text(what)}]\r\n"));
    }

    public void EndNotice() => Flush();

    public void Flush() => _output.Flush();

    public void Leave()
    {
        _output.Flush();
        terminal.Write(_mode.LeaveSequence);
    }
}
