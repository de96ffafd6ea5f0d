using Holdfast.Daemon.Loop;
using Holdfast.DaemonRpc.Lifecycle;
using Holdfast.Linux.Processes;
using Microsoft.Extensions.Logging;

namespace Holdfast.Daemon.Journal;

/// <summary>The parts of the journal, put together. Owned by the host; lives as long as the daemon.</summary>
public sealed class DaemonJournal
{
    public DaemonJournal(DaemonPaths paths, DaemonLoop loop, ILogger log)
    {
        Records = new JournalRecords(paths.JournalPlace);
        // One for the worker, one for the reads at start: each has a buffer and is used by one thread at a time.
        var written = new JournalStore(new LinuxDisk(), paths.SessionsDirectory, ProcessTable.WorkingDirectoryOf);
        Store = new JournalStore(new LinuxDisk(), paths.SessionsDirectory, ProcessTable.WorkingDirectoryOf);
        Recorder = new SessionRecorder(loop.Reactor, Records, written, loop, new JournalHealth(log));
    }

    public JournalRecords Records { get; }

    /// <summary>For reading.</summary>
    public JournalStore Store { get; }

    public SessionRecorder Recorder { get; }
}
