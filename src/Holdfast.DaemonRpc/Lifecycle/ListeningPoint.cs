using Holdfast.Linux;
using Holdfast.Linux.Files;
using Holdfast.Linux.Sockets;

namespace Holdfast.DaemonRpc.Lifecycle;

/// <summary>Puts a listening socket at a daemon's path. Stateless; only for the holder of the identity lock.</summary>
internal static class ListeningPoint
{
    // A hundred clients at once wait here while the daemon starts.
    public const int Backlog = 1024;

    private const uint OwnerReadWrite = 0x180; // 0600

    /// <summary>The socket; null where somebody answers at that path already: one that answers is never unlinked.</summary>
    public static Fd? TryBind(string path)
    {
        var error = UnixSocket.TryConnect(path, out var answering);
        answering?.Dispose();
        if (error is Errno.None or Errno.EAGAIN)
            return null;
        if (error is not Errno.ENOENT)
            FileSystem.Unlink(path);
        var listener = UnixSocket.Listen(path, Backlog);
        FileSystem.ChangeMode(path, OwnerReadWrite);
        return listener;
    }
}
