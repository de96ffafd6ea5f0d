using Holdfast.Daemon.Config;
using Holdfast.Daemon.Health;
using Holdfast.Daemon.Keepers;
using Holdfast.Daemon.Ownership;
using Holdfast.Linux.Events;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Daemon.Sessions;

/// <summary>What each session is given of the daemon around it. Made once by the host; loop thread.</summary>
public sealed record SessionRules(OwnerRules Owner)
{
    /// <summary>For a session without a daemon around it, whose output alone is moved: nobody attaches, so nothing of it is ever asked.</summary>
    public static SessionRules Standalone()
    {
        var reactor = new Reactor();
        var log = NullLogger.Instance;
        return new SessionRules(new OwnerRules(reactor, new KeeperLink(reactor, log), new DaemonOptions(), new DaemonCounters(), log));
    }
}
