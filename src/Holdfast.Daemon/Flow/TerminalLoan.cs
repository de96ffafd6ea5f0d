using Holdfast.Daemon.Clients;
using Holdfast.Linux;
using Holdfast.Linux.Files;
using Holdfast.Linux.Tty;
using Holdfast.Protocol.V1;

namespace Holdfast.Daemon.Flow;

/// <summary>
/// A client's own terminal, to which the daemon may write the answer to a key press: it is there one process sooner than by way of the client. Lent with
/// a key, for one answer, and only while the client has shown everything it was sent. Owned by its subscriber, loop thread; lives as long as that.
/// </summary>
public sealed class TerminalLoan : IDisposable
{
    // More than a line editor draws for a key; what is longer is no answer that somebody waits for.
    private const int MostBytes = 512;

    private readonly Fd _terminal;
    private bool _isLent;

    private TerminalLoan(Fd terminal) => _terminal = terminal;

    /// <summary>Null where the client lends none, or its terminal cannot be opened from here (another user's, another namespace's).</summary>
    public static TerminalLoan? TryTake(ClientConnection connection, TerminalIdentity? lends)
    {
        if (lends is null)
            return null;
        try
        {
            // By the client's own descriptor: whatever the file is called where the client lives. Looked at before it is opened, which some devices notice.
            using var named = FileSystem.Open($"/proc/{connection.PeerId}/fd/1", OpenFlags.PathOnly);
            var facts = FileSystem.Stat(named);
            if (facts.Device != lends.Device || facts.Inode != lends.Inode)
                return null;
            var terminal = FileSystem.Open($"/proc/self/fd/{named.Number}", OpenFlags.WriteOnly | OpenFlags.NonBlocking);
            if (RawMode.IsTerminal(terminal))
                return new TerminalLoan(terminal);
            terminal.Dispose();
        }
        catch (LinuxException e)
        {
            // It is shown by the client then.
            _ = e;
        }
        return null;
    }

    /// <summary>The client lends it for the next answer, and has shown everything before.</summary>
    public void Lend() => _isLent = true;

    /// <summary>Something goes to the client to be shown, which nothing may come before, or the client is not the owner any more.</summary>
    public void End() => _isLent = false;

    /// <summary>Writes what the terminal takes of an answer, and gives the terminal back. Returns the bytes written; 0 where it is not lent.</summary>
    public int Show(ReadOnlySpan<byte> answer)
    {
        if (!_isLent || answer.Length > MostBytes)
            return 0;
        _isLent = false;
        return Math.Max(FileSystem.Write(_terminal, answer).Count, 0);
    }

    public void Dispose() => _terminal.Dispose();
}
