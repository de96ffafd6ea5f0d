using System.Buffers;
using Holdfast.Daemon.Sessions;
using Holdfast.Linux.Events;
using Holdfast.Linux.Pty;
using Holdfast.Terminal;

namespace Holdfast.Daemon.Screen;

/// <summary>
/// What a session's terminal model says beside its screen: titles and directories go into the session's description, answers to queries to the
/// program, unless a client's own terminal answers them. Owned by the session, loop thread.
/// </summary>
public sealed class QueryAnswers(Session session) : ITerminalListener
{
    // Who asks this much without reading a single answer does not read at all.
    private const int MostWaiting = 4096;

    // How long the terminal that was attached to the former daemon has to come back before its queries are answered here.
    private const long ReturnMilliseconds = 5000;

    private readonly ArrayBufferWriter<byte> _waiting = new();
    private long _terminalExpectedUntil = session.Ring.TerminalAttached ? Reactor.Now + ReturnMilliseconds : 0;
    private bool _attached;

    /// <summary>The model sees this output for the first time: its queries are not answered yet.</summary>
    public bool Fresh { get; set; }

    /// <summary>The owner's terminal is attached, or was until its daemon was killed a moment ago.</summary>
    private bool TerminalAnswers => _attached || Reactor.Now < _terminalExpectedUntil;

    /// <summary>Readers have come or gone, or the session has another owner.</summary>
    public void ReadersChanged()
    {
        _attached = session.Subscribers.HasOwnersTerminal;
        // Also for the next daemon: what this terminal was asked is its to answer.
        session.Ring.TerminalAttached = _attached;
        if (_attached)
            _terminalExpectedUntil = 0;
    }

    public void Reply(ReadOnlySpan<byte> answer)
    {
        if (Fresh && !TerminalAnswers && _waiting.WrittenCount + answer.Length <= MostWaiting)
            _waiting.Write(answer);
    }

    public void TitleChanged(string title)
    {
        session.Record.Session.Title = title;
        session.Journal.RecordDirty = true;
    }

    public void WorkingDirectoryChanged(string directory)
    {
        if (!Uri.TryCreate(directory, UriKind.Absolute, out var uri) || !uri.IsFile || !uri.AbsolutePath.StartsWith('/'))
            return;
        session.Record.Session.Cwd = Uri.UnescapeDataString(uri.AbsolutePath);
        session.Journal.RecordDirty = true;
    }

    /// <summary>Writes what waits; again when the terminal takes input again.</summary>
    public void Send()
    {
        if (_waiting.WrittenCount == 0)
            return;
        if (session.Pty is null || !session.IsAlive)
        {
            _waiting.Clear();
            return;
        }
        var written = session.Pty.Write(_waiting.WrittenSpan);
        if (written.Count > 0)
            Drop(written.Count);
    }

    private void Drop(int count)
    {
        var rest = _waiting.WrittenSpan[count..].ToArray();
        _waiting.Clear();
        _waiting.Write(rest);
    }
}
