using Holdfast.Daemon.Health;
using Holdfast.Daemon.Sessions;
using Holdfast.Protocol.Errors;
using Holdfast.Protocol.V1;
using Microsoft.Extensions.Logging;

namespace Holdfast.Daemon.Recovery;

/// <summary>Writes down what became of a session: in its description, in the counters, in the log, and to every client. Owned by the host, loop thread.</summary>
public sealed class RecoveryEvents(DaemonCounters counters, Action<Envelope> broadcast, ILogger log)
{
    public const string Restored = "restored";
    public const string Zombie = "zombie";
    public const string Unrecoverable = "unrecoverable";

    public void Tell(Session session, string outcome, ErrorCode code = ErrorCode.Unspecified)
    {
        session.Record.Session.Recovered = outcome;
        session.Record.Session.Failure = code == ErrorCode.Unspecified ? "" : ErrorRegistry.Of(code).Name;
        if (outcome == Restored)
            counters.Recovery.Restored++;
        else if (outcome == Zombie)
            counters.Recovery.Zombie++;
        else
            counters.Recovery.Unrecoverable++;
        broadcast(new Envelope
        {
            Recovered = new RecoveredEvent { Session = session.Number, Id = session.Id, Name = session.Name, Outcome = outcome, Code = (int)code },
        });
    }

    /// <summary>Nothing runs in its place: it is listed with its last screen until somebody forgets it. Its record stays as it is.</summary>
    public void Lost(Session session, string outcome, ErrorCode code, string reason)
    {
        log.SessionNotRecovered(session.Name, session.Id, outcome, ErrorRegistry.Of(code).Name, reason);
        session.EndOffset = session.Ring.Head;
        session.RecordExit(Linux.Processes.ExitStatus.Unknown);
        session.ExitAnnounced = true;
        Tell(session, outcome, code);
        session.Started.TrySetResult();
        session.Subscribers.AnnounceExit();
        session.Exited.TrySetResult();
    }
}
