using Holdfast.Linux;
using Holdfast.Linux.Processes;

namespace Holdfast.Keeper;

/// <summary>
/// A process filed under an entry: its pid, its pidfd, and how it ended. Owned by its entry, after that entry's removal by the exit watch;
/// loop thread only. As long as it is our unreaped child, its pid and its process group cannot be recycled.
/// </summary>
internal sealed class KeptProcess(int pid, PidFd handle)
{
    public int Pid { get; } = pid;

    public PidFd Handle { get; } = handle;

    /// <summary>How it ended; null while it runs.</summary>
    public ExitStatus? Exit { get; set; }

    public Errno Signal(int signal, bool group)
    {
        var error = group ? Handle.SendToGroup(signal) : Handle.Send(signal);
        // Before Linux 6.9. It leads its own group, which has its number.
        return group && error == Errno.EINVAL ? Children.SignalGroup(Pid, signal) : error;
    }
}
