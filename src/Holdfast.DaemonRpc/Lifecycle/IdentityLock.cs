using Holdfast.Linux;
using Holdfast.Linux.Files;

namespace Holdfast.DaemonRpc.Lifecycle;

/// <summary>
/// The right to be the one keeper of a user: an flock(2), never a pid file, so that no crash leaves it behind. Taken by the starter, which
/// hands the descriptor to the keeper for life and disposes its own: the lock ends with the last descriptor. Used by one thread.
/// </summary>
public sealed class IdentityLock : IDisposable
{
    private const uint OwnerReadWrite = 0x180; // 0600

    private IdentityLock(Fd fd) => Fd = fd;

    public Fd Fd { get; }

    /// <summary>The lock, or null where somebody has it.</summary>
    public static IdentityLock? TryTake(string path)
    {
        while (true)
        {
            var fd = FileSystem.Open(path, OpenFlags.ReadWrite | OpenFlags.Create, OwnerReadWrite);
            var kept = false;
            try
            {
                if (!FileSystem.TryLock(fd))
                    return null;
                // The file may have been removed or replaced between open and flock: a lock on a file without that name excludes nobody.
                kept = FileSystem.TryStat(path, out var named) == Errno.None && named.SameFile(FileSystem.Stat(fd));
                if (kept)
                    return new IdentityLock(fd);
            }
            finally
            {
                if (!kept)
                    fd.Dispose();
            }
        }
    }

    public void Dispose() => Fd.Dispose();
}
