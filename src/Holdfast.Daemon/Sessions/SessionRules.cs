using Holdfast.Daemon.Config;
using Holdfast.Daemon.Flow;
using Holdfast.Daemon.Health;
using Holdfast.Daemon.Keepers;
using Holdfast.Daemon.Ownership;
using Holdfast.Linux.Events;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Daemon.Sessions;

/// <summary>What each session is given of the daemon around it. Made once by the host; loop thread.</summary>
public sealed record SessionRules(OwnerRules Owner, FlowControl Flow, DaemonCounters Counters, ILogger Log)
{
    /// <summary>For a session without a daemon around it, whose output alone is moved: nobody attaches, so nothing of it is ever asked.</summary>
    public static SessionRules Standalone()
    {
        var (reactor, counters, log) = (new Reactor(), new DaemonCounters(), NullLogger.Instance);
        var owner = new OwnerRules(reactor, new KeeperLink(reactor, log), new DaemonOptions(), counters, log);
        return new SessionRules(owner, new FlowControl(reactor, new FlowPolicy(), counters, log), counters, log);
    }

    /// <summary>Something that must hold does not: a debug build stops here, a release goes on and writes it down.</summary>
    public void Report(Session session, string broken)
    {
        Counters.BrokenInvariants++;
        Log.InvariantBroken(session.Name, session.State.ToString(), broken);
#if DEBUG
        throw new InvalidOperationException($"session '{session.Name}' ({session.State}): {broken}");
#endif
    }
}
