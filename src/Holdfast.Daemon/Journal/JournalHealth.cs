using Holdfast.Daemon.Health;
using Microsoft.Extensions.Logging;

namespace Holdfast.Daemon.Journal;

/// <summary>Whether the journal can be written, and what was written. Says it once at each change. Owned by the recorder, loop thread.</summary>
public sealed class JournalHealth(ILogger log)
{
    public bool IsDegraded => Reason.Length > 0;

    /// <summary>Empty while all is well.</summary>
    public string Reason { get; private set; } = "";

    public ulong Records { get; private set; }

    public ulong Screens { get; private set; }

    public ulong Outputs { get; private set; }

    public ulong Bytes { get; private set; }

    public ulong Failures { get; private set; }

    // Of the session whose job failed last: another one that had nothing to write proves nothing.
    private string _failed = "";

    public void Wrote(string session, JournalTally tally)
    {
        Records += (ulong)tally.Records;
        Screens += (ulong)tally.Screens;
        Outputs += (ulong)tally.Outputs;
        Bytes += (ulong)tally.Bytes;
        if (IsDegraded && (_failed == session || _failed.Length == 0))
        {
            Reason = "";
            log.JournalRecovered();
        }
    }

    /// <param name="session">Whose job failed; empty where no job is done at all.</param>
    /// <param name="reason">What went wrong.</param>
    public void Failed(string session, string reason)
    {
        _failed = session;
        Failures++;
        if (!IsDegraded)
            log.JournalDegraded(reason);
        Reason = reason;
    }
}
