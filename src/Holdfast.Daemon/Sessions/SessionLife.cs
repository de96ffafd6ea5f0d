using Google.Protobuf;
using Holdfast.Daemon.Config;
using Holdfast.Daemon.Health;
using Holdfast.Daemon.Journal;
using Holdfast.Daemon.Keepers;
using Holdfast.Daemon.Killing;
using Holdfast.Daemon.Loop;
using Holdfast.Daemon.Output;
using Holdfast.Linux.Events;
using Holdfast.Linux.Processes;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;
using Microsoft.Extensions.Logging;

namespace Holdfast.Daemon.Sessions;

/// <summary>
/// What happens to a session after it was made: it runs, is killed, ends, is kept for a while, is forgotten. Owned by the host, loop thread.
/// </summary>
public sealed class SessionLife(
    Reactor reactor, SessionTable sessions, KeeperLink keeper, OutputMover mover, SessionKiller killer,
    SessionRecorder recorder, DaemonOptions options, ILogger log)
{
    /// <summary>The program runs: note it, and read its output from now on.</summary>
    public void BeginRunning(Session session)
    {
        session.Record.LeaderStart = ProcessFacts.TryRead(session.Entry.Pid, out var facts) ? facts.StartTime : 0;
        if (session.State == SessionState.Starting)
            session.Move(SessionState.Running);
        session.Started.TrySetResult();
        Note(session);
        killer.BeginGroup(session);
        BeginReading(session);
        // It may have ended before the keeper's answer was handled.
        if (session.PendingExit is { } status)
            OnExited(session, status);
    }

    public void BeginReading(Session session)
    {
        session.Input.WantWritable = wanted => mover.WantWritable(session, wanted);
        mover.Begin(session, () => OnDrained(session), () => OnClosed(session));
    }

    /// <summary>The keeper says that the program has ended. Repeated until the exit was recorded.</summary>
    public void OnExited(Session session, Linux.Processes.ExitStatus status)
    {
        session.PendingExit ??= status;
        if (!session.Started.Task.IsCompleted)
            return;
        if (!session.IsAlive)
        {
            keeper.ExitRecorded(session.Entry);
            return;
        }
        // The rest of its processes first: until it is reaped, its pid keeps their session id from meaning anybody else.
        if (session.Ladder is { } ladder)
        {
            ladder.LookNow();
            return;
        }
        // What the program wrote before it ended is in the PTY now; one drain begun after its end has it all.
        mover.Drain(session);
    }

    /// <summary>Ends every process of the session, also those that an ended program left behind; complete when none is left.</summary>
    public async Task KillAsync(Session session, TimeSpan timeout)
    {
        if (session.State is SessionState.Starting or SessionState.Running)
        {
            session.Move(SessionState.Terminating);
            Note(session);
        }
        await session.Started.Task;
        // Its program could not be started, or another kill was quicker.
        if (session.State == SessionState.Finalized)
            return;
        await killer.EndAllAsync(session, timeout);
        if (session.IsAlive && session.PendingExit is not null)
            mover.Drain(session);
        if (session.State != SessionState.Finalized)
            await session.Exited.Task;
    }

    /// <summary>Forgets the session: everywhere, in the order that leaves no terminal without a holder while its program lives.</summary>
    public async Task FinalizeAsync(Session session)
    {
        if (session.State == SessionState.Finalized)
            return;
        session.Move(SessionState.Finalized);
        session.Started.TrySetResult();
        // A cancelled timer holds nothing: without it each forgotten session would stay in memory for the rest of its retention.
        session.Retention?.Cancel();
        sessions.Remove(session);
        recorder.Forgotten(session);
        mover.End(session);
        session.Subscribers.AnnounceFinalized();
        session.Input.Clear();
        session.Owner.Clear();
        await Task.WhenAll(keeper.RemoveAsync(session.Id), keeper.RemoveAsync(session.PtyEntry), keeper.RemoveAsync(session.TtyEntry));
        session.Pty?.Dispose();
        session.Slave?.Dispose();
        session.Entry.Process?.Dispose();
        killer.RemoveGroup(session);
        session.Screen.End();
        session.Memory.Dispose();
        session.Exited.TrySetException(new HoldfastException(ErrorCode.SessionGone, $"session '{session.Name}' was forgotten"));
        // Nobody may be waiting: then the outcome is seen by nobody, on purpose.
        _ = session.Exited.Task.Exception;
        log.SessionFinalized(session.Name, session.Id);
    }

    public void Rename(Session session, string name)
    {
        session.Record.Session.Name = name;
        Note(session);
        session.Subscribers.AnnounceRenamed();
    }

    /// <summary>Sets the size, as of the output's present end.</summary>
    public ulong Resize(Session session, TerminalSize size)
    {
        if (session.Pty is null)
            throw new HoldfastException(ErrorCode.SessionExited, $"session '{session.Name}' has ended");
        var offset = session.Ring.Head;
        // The model must be at the offset when it changes its size: what follows belongs to the new one.
        session.Screen.Feed();
        session.Pty.Resize(new Linux.Pty.WindowSize((ushort)size.Cols, (ushort)size.Rows));
        session.Ring.Sizes.Append(offset, (ushort)size.Cols, (ushort)size.Rows);
        session.Screen.Feed();
        session.Record.Session.Size = size.Clone();
        Note(session);
        session.Subscribers.AnnounceResized(new Resize { Offset = offset, Size = size });
        return offset;
    }

    /// <summary>Forgets an exited session when its retention ends; the time counts from its exit, also across daemons.</summary>
    public void ScheduleFinalize(Session session)
    {
        // Killed while its exit was being recorded: there is nothing left to forget.
        if (session.State == SessionState.Finalized)
            return;
        var age = DateTimeOffset.UtcNow - DateTimeOffset.FromUnixTimeMilliseconds((long)session.Record.Session.ExitedAtMs);
        var left = options.Retention - age;
        // A clock that jumped back must not keep it for ever.
        left = left < TimeSpan.Zero ? TimeSpan.Zero : left > options.Retention ? options.Retention : left;
        session.Retention?.Cancel();
        session.Retention = reactor.After(left, () => FinalizeAsync(session).Unattended());
    }

    private void OnDrained(Session session)
    {
        if (!session.IsAlive || session.PendingExit is not { } status)
            return;
        session.EndOffset = session.Ring.Head;
        session.RecordExit(status);
        session.Entry.Exit = status;
        recorder.Ended(session);
        log.SessionExited(session.Name, session.Id, status.Code, status.Signal, status.Lost);
        SettleExitAsync(session).Unattended();
    }

    // Noted first, announced second, acknowledged last: killed in between, the next daemon hears of the exit again.
    private async Task SettleExitAsync(Session session)
    {
        await keeper.NoteAsync(session.Entry, session.Record.ToByteArray());
        session.Subscribers.AnnounceExit();
        session.Exited.TrySetResult();
        keeper.ExitRecorded(session.Entry);
        ReapIfOurs(session);
        if (session.Slave is { } slave)
        {
            session.Slave = null;
            await keeper.RemoveAsync(session.TtyEntry);
            slave.Dispose();
        }
        mover.Recheck(session);
        ScheduleFinalize(session);
    }

    // A keeper that this daemon had started and that died left its shells to us.
    private static void ReapIfOurs(Session session) => session.Entry.Process?.QueryChild(reap: true, out _);

    private void OnClosed(Session session)
    {
        if (session.Pty is null || session.IsAlive)
            return;
        var pty = session.Pty;
        session.Pty = null;
        session.EndOffset = session.Ring.Head;
        session.Memory.ReleaseUnused();
        recorder.Ended(session);
        session.Subscribers.AnnounceClosed();
        CloseAsync(session, pty).Unattended();
    }

    private async Task CloseAsync(Session session, Linux.Pty.PtyMaster pty)
    {
        await keeper.RemoveAsync(session.PtyEntry);
        pty.Dispose();
    }

    private void Note(Session session)
    {
        keeper.NoteAsync(session.Entry, session.Record.ToByteArray()).Unattended();
        recorder.Changed(session);
    }
}
