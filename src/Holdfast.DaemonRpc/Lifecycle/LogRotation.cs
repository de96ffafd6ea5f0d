using Holdfast.Linux;
using Holdfast.Linux.Files;

namespace Holdfast.DaemonRpc.Lifecycle;

/// <summary>
/// Keeps a daemon's log from growing over the years: one older file is kept. Stateless; called by who holds the identity lock.
/// </summary>
internal static class LogRotation
{
    // Weeks of a daemon that says little, and still opened by any pager at once.
    private const long RotateAtBytes = 1024 * 1024;

    private const uint OwnerReadWrite = 0x180; // 0600

    /// <summary>The log of a daemon that is to be started; a long one is put aside.</summary>
    public static Fd Open(DaemonPlace place)
    {
        if (IsLong(place))
            FileSystem.Rename(place.LogFile, Older(place));
        return FileSystem.Open(place.LogFile, OpenFlags.WriteOnly | OpenFlags.Append | OpenFlags.Create, OwnerReadWrite);
    }

    /// <summary>
    /// The same for a daemon that lives. Its output has several descriptors, in its runtime and in programs it started: all of them append, so the file stays
    /// and is emptied. What is written in the moment between may be lost.
    /// </summary>
    /// <exception cref="IOException">There is no room for the older file; nothing was emptied.</exception>
    public static void EmptyIfLong(DaemonPlace place)
    {
        if (!IsLong(place))
            return;
        File.Copy(place.LogFile, Older(place), overwrite: true);
        using var log = new FileStream(place.LogFile, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        log.SetLength(0);
    }

    private static string Older(DaemonPlace place) => place.LogFile + ".1";

    private static bool IsLong(DaemonPlace place) => FileSystem.TryStat(place.LogFile, out var facts) == Errno.None && facts.Size > RotateAtBytes;
}
