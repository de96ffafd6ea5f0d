using Holdfast.Daemon.Clients;
using Holdfast.Daemon.Health;
using Holdfast.Daemon.Sessions;
using Holdfast.Linux.Events;
using Holdfast.Protocol.V1;
using Microsoft.Extensions.Logging;

namespace Holdfast.Daemon.Flow;

/// <summary>
/// What follows from the backlog of subscribers: warnings at each change of level, the end of those beyond a limit, the figures. Made once by the
/// host; loop thread.
/// </summary>
public sealed class FlowControl(Reactor reactor, FlowPolicy policy, DaemonCounters counters, ILogger log)
{
    public FlowPolicy Policy => policy;

    /// <summary>A frame went out to a subscriber. False: it was one too many, and the connection is ended.</summary>
    public bool OnSent(Session session, Subscriber subscriber, int bytes)
    {
        subscriber.SentBytes += (ulong)bytes;
        counters.SentBytes += (ulong)bytes;
        counters.SentFrames++;
        var changed = subscriber.Flow.OnSent(Reactor.Now);
        subscriber.Connection.PendingFrames++;
        counters.PendingFrames++;
        // Whoever does not acknowledge is only as far behind as its socket: what that took is dealt with.
        if (!subscriber.Acknowledges && subscriber.Connection.CanSendOutput)
            return Acknowledge(session, subscriber, subscriber.Flow.Pending, changed);
        if (changed)
            Warn(session, subscriber);
        return IsWithinLimits(session, subscriber);
    }

    /// <summary>Frames were dealt with.</summary>
    public void OnAcknowledged(Session session, Subscriber subscriber, ulong count) =>
        Acknowledge(session, subscriber, count, before: false);

    /// <summary>A subscriber goes, with what it had not acknowledged.</summary>
    public void OnRemoved(Subscriber subscriber)
    {
        subscriber.Retry?.Cancel();
        subscriber.Connection.PendingFrames -= subscriber.Flow.Pending;
        counters.PendingFrames -= subscriber.Flow.Pending;
    }

    /// <summary>Holds a frame back until its interval is over. False: it may go now.</summary>
    public bool Holds(Subscriber subscriber)
    {
        var wait = subscriber.Flow.Wait(Reactor.Now);
        if (wait == 0)
            return false;
        if (subscriber.Retry is null or { Cancelled: true })
        {
            counters.HeldFrames++;
            subscriber.Retry = reactor.After(TimeSpan.FromMilliseconds(wait), subscriber.ServeAgain);
        }
        return true;
    }

    private bool Acknowledge(Session session, Subscriber subscriber, ulong count, bool before)
    {
        var changed = subscriber.Flow.OnAcknowledged(count, out var taken);
        subscriber.Connection.PendingFrames -= taken;
        counters.PendingFrames -= taken;
        counters.AckedFrames += taken;
        // Both changes in one step are none.
        if (changed != before)
            Warn(session, subscriber);
        if (changed)
            subscriber.Retry?.Cancel();
        return true;
    }

    private void Warn(Session session, Subscriber subscriber)
    {
        counters.Warnings++;
        subscriber.Connection.Send(new Envelope
        {
            BackpressureWarning = new BackpressureWarningEvent
            {
                Session = session.Number,
                QueueSize = subscriber.Flow.Pending,
                Level = subscriber.Flow.Level,
            },
        });
    }

    private bool IsWithinLimits(Session session, Subscriber subscriber)
    {
        var connection = subscriber.Connection;
        if (policy.AutoDisconnect && subscriber.Flow.Level == FlowLevel.FlowRed)
            return Disconnect(session, connection, ErrorCode.ClientTooSlow, $"{subscriber.Flow.Pending} frames of session '{session.Name}' are unacknowledged");
        if (subscriber.Flow.Pending >= (ulong)policy.HardLimit)
            return Disconnect(session, connection, ErrorCode.LimitPending, $"{subscriber.Flow.Pending} frames of session '{session.Name}' are unacknowledged, as many as allowed");
        if (connection.PendingFrames >= (ulong)policy.ClientLimit)
            return Disconnect(session, connection, ErrorCode.LimitPending, $"{connection.PendingFrames} frames of all sessions are unacknowledged, as many as allowed");
        return true;
    }

    private bool Disconnect(Session session, ClientConnection connection, ErrorCode code, string why)
    {
        counters.FlowDisconnects++;
        counters.Refused(code);
        log.FlowDisconnect(session.Name, connection.ClientId, why);
        FrameRouter.Refuse(connection, code, why);
        return false;
    }
}
