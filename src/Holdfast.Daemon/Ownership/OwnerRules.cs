using Google.Protobuf;
using Holdfast.Daemon.Config;
using Holdfast.Daemon.Health;
using Holdfast.Daemon.Keepers;
using Holdfast.Daemon.Loop;
using Holdfast.Daemon.Sessions;
using Holdfast.Linux.Events;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;
using Microsoft.Extensions.Logging;

namespace Holdfast.Daemon.Ownership;

/// <summary>
/// What every session's <see cref="OwnerClaim"/> needs of the daemon: the grace time, the keeper's note, the audit in the log. Made once by the
/// host; loop thread.
/// </summary>
public sealed class OwnerRules(Reactor reactor, KeeperLink keeper, DaemonOptions options, DaemonCounters counters, ILogger log)
{
    public long GraceMilliseconds => (long)options.OwnerGrace.TotalMilliseconds;

    public LoopTimer AfterGrace(Action action) => reactor.After(options.OwnerGrace, action);

    /// <summary>The claim changed: noted where a new daemon finds it, told to everybody attached, written down.</summary>
    public void Changed(Session session, string former, OwnerChange reason)
    {
        var info = session.Record.Session;
        keeper.NoteAsync(session.Entry, session.Record.ToByteArray()).Unattended();
        session.Journal.RecordDirty = true;
        if (reason == OwnerChange.OwnerTakenOver)
            counters.Takeovers++;
        log.OwnerChanged(session.Name, Shown(info.Owner), info.OwnerName, Shown(former), info.OwnerEpoch, Text(reason));
        session.Answers.ReadersChanged();
        session.Subscribers.AnnounceOwner(former, reason);
    }

    public HoldfastException Refusal(Session session, string why)
    {
        counters.OwnerRefusals++;
        return new HoldfastException(ErrorCode.OwnerRequired, $"session '{session.Name}': {why}");
    }

    public void CountRefusal() => counters.OwnerRefusals++;

    private static string Shown(string client) => client.Length == 0 ? "nobody" : client;

    private static string Text(OwnerChange reason) => reason switch
    {
        OwnerChange.OwnerClaimed => "claimed",
        OwnerChange.OwnerTakenOver => "taken over",
        OwnerChange.OwnerReleased => "released",
        _ => "lost",
    };
}
