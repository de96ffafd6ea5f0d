using Holdfast.Linux;
using Holdfast.Linux.Processes;

namespace Holdfast.Daemon.Keepers;

/// <summary>
/// What the keeper holds under one name, as the daemon knows it: enough to give everything to a new keeper. The descriptors belong
/// to the entry's user (a session, the transfer), who disposes them after the keeper answered the removal. Loop thread.
/// </summary>
public sealed class HeldEntry(string name, ReadOnlyMemory<byte> note, IReadOnlyList<Fd> descriptors)
{
    public string Name { get; } = name;

    public ReadOnlyMemory<byte> Note { get; set; } = note;

    public IReadOnlyList<Fd> Descriptors { get; } = descriptors;

    public int Pid { get; set; }

    public PidFd? Process { get; set; }

    /// <summary>Set once the process has ended.</summary>
    public ExitStatus? Exit { get; set; }

    public bool ExitRecorded { get; set; }
}
