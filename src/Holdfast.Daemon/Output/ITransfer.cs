using Holdfast.Daemon.Sessions;
using Holdfast.Linux;

namespace Holdfast.Daemon.Output;

/// <summary>
/// Moves output of a PTY into its ring so that a daemon killed at any instruction loses none: there is always a record from which the next
/// one completes it. One transfer at a time; loop thread.
/// </summary>
public interface ITransfer
{
    /// <summary>"splice" or "pattern", for people.</summary>
    string Kind { get; }

    /// <summary>Moves at most <paramref name="atMost"/> bytes; count, EAGAIN (nothing there), or EIO (nobody holds the terminal).</summary>
    IoResult Move(Session session, int atMost);
}
