using System.Globalization;
using Holdfast.Daemon.Config;
using Holdfast.Daemon.Health;
using Holdfast.Daemon.Journal;
using Holdfast.Daemon.Loop;
using Holdfast.Daemon.Sessions;
using Holdfast.Linux;
using Holdfast.Linux.Spawn;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;
using Holdfast.Terminal;
using Microsoft.Extensions.Logging;

namespace Holdfast.Daemon.Recovery;

/// <summary>
/// Starts sessions anew whose processes were all lost, each by its policy, below its old screen. A few at a time, after the daemon serves. Owned by
/// the host, loop thread.
/// </summary>
public sealed class ColdRestore(
    JournalledSessions journalled, Survivors survivors, SessionLauncher launcher, SessionLife life, RecoveryEvents events, DaemonCounters counters,
    string bootId, string socket, ILogger log)
{
    // Shells start in milliseconds; a hundred at once would only wait for each other.
    private const int AtOnce = 4;

    // A shell whose terminal was hung up saves its history and ends; one that is still there after this will stay.
    private static readonly TimeSpan HangUpPatience = TimeSpan.FromSeconds(2);

    private readonly Queue<(Session Session, JournalRecord Record, TaskCompletionSource Done)> _waiting = new();

    /// <summary>To be restored once <see cref="Begin"/> is called; who asks for its screen meanwhile waits.</summary>
    public void Add(Session session, JournalRecord record)
    {
        var done = new TaskCompletionSource();
        session.Awaken = () => done.Task;
        _waiting.Enqueue((session, record, done));
        counters.Recovery.Pending++;
    }

    public void Begin()
    {
        for (var i = 0; i < AtOnce; i++)
            WorkAsync().Unattended();
    }

    private async Task WorkAsync()
    {
        while (_waiting.TryDequeue(out var next))
        {
            try
            {
                await RestoreAsync(next.Session, next.Record);
            }
            catch (Exception e)
            {
                log.BackgroundFault(e);
                await GiveUpAsync(next.Session, ErrorCode.Internal, e.Message);
            }
            counters.Recovery.Pending--;
            next.Session.Awaken = null;
            next.Done.TrySetResult();
        }
    }

    private async Task RestoreAsync(Session session, JournalRecord record)
    {
        await journalled.LoadScreenAsync(session);
        var ended = await survivors.EndOfProgramAsync(record, HangUpPatience);
        // A worker that a lost command left behind may do its work still: a second one must not be started beside it.
        if (ended && (record.Restore == "command" || record.LeaderStart == 0))
            ended = await survivors.EndOfAllAsync(session.Id, HangUpPatience);
        if (session.State == SessionState.Finalized)
            return;
        if (!ended)
        {
            session.Entry.Pid = record.Pid;
            events.Lost(session, RecoveryEvents.Zombie, ErrorCode.SessionZombie, $"process {record.Pid} or one of its children lives without its terminal");
            return;
        }
        // Its pid is another's by now, or may be soon.
        session.Record.LeaderStart = 0;
        try
        {
            if (record.Restore == "never")
                throw new HoldfastException(ErrorCode.RestoreNotWanted, "it was created with --restore never");
            if (record.State == "terminating")
                throw new HoldfastException(ErrorCode.SessionTerminating, "it was being killed");
            await StartAsync(session, record);
        }
        catch (HoldfastException e)
        {
            await GiveUpAsync(session, e.Code, e.Message);
        }
    }

    private async Task GiveUpAsync(Session session, ErrorCode code, string reason)
    {
        if (session.State is not (SessionState.Starting or SessionState.Terminating))
            return;
        await launcher.WithdrawAsync(session);
        events.Lost(session, RecoveryEvents.Unrecoverable, code, reason);
    }

    private async Task StartAsync(Session session, JournalRecord record)
    {
        var variables = record.Environment ?? [];
        var again = record.Restore == "command";
        string[] command = again && record.Command.Length > 0 ? record.Command : [SessionEnvironment.ShellOf(variables)];
        var cwd = again && record.StartCwd.Length > 0 ? record.StartCwd : record.Cwd;
        var environment = SessionEnvironment.Of(variables, session.Name, session.Id, socket);
        var program = await SessionLauncher.ResolveAsync(command, cwd, environment);
        // Killed while it was being looked for: then it is not started at all.
        if (session.State == SessionState.Terminating)
            await life.FinalizeAsync(session);
        if (session.State != SessionState.Starting)
            return;
        var info = session.Record.Session;
        info.Cwd = cwd;
        info.Command.Clear();
        info.Command.AddRange(command);
        info.Recovered = RecoveryEvents.Restored;
        await StoreAsync(session);
        AnnounceRestore(session, record);
        while (!await TrySpawnAsync(session, new SpawnPlan(program, cwd, command, environment)))
        {
            // Killed while the keeper was away.
            if (session.State != SessionState.Starting)
            {
                await life.FinalizeAsync(session);
                return;
            }
            await StoreAsync(session);
        }
        log.SessionRestored(session.Name, session.Id, session.Entry.Pid);
        // Its record is on disk, as of before; from now on it follows the session again.
        session.Journal.IsClosed = false;
        life.BeginRunning(session);
        events.Tell(session, RecoveryEvents.Restored);
    }

    private Task StoreAsync(Session session)
    {
        (session.Pty, session.Slave) = SessionLauncher.OpenTerminal(session.Record.Session.Size);
        return launcher.StoreAsync(session);
    }

    // False: the keeper was lost meanwhile. What it may have started was ended, and the next one stands: no reason to give the session up.
    private async Task<bool> TrySpawnAsync(Session session, SpawnPlan plan)
    {
        try
        {
            await launcher.SpawnAsync(session, plan);
            return true;
        }
        catch (HoldfastException e) when (e.Code == ErrorCode.KeeperUnavailable)
        {
            log.SessionNotStarted(session.Name, session.Id, e.Message);
            return false;
        }
    }

    private void AnnounceRestore(Session session, JournalRecord record)
    {
        var when = DateTimeOffset.UtcNow.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        var why = record.BootId == bootId ? "daemon and keeper were lost" : "the machine was restarted";
        var ring = session.Ring;
        var bytes = RestorePrologue.Write(ScreenOf(session), $"restored {when} ({why})");
        var head = ring.Head;
        bytes.CopyTo(ring.WriteWindow(head, bytes.Length));
        ring.Publish(head + (ulong)bytes.Length);
        ring.AnsweredTo = ring.Head;
        session.Subscribers.Serve();
    }

    // A model of its own: the session's will read the same bytes from the ring.
    private static TerminalModel ScreenOf(Session session)
    {
        var size = new Terminal.TerminalSize((int)session.Record.Session.Size.Cols, (int)session.Record.Session.Size.Rows);
        try
        {
            if (session.Ring.Checkpoints.TryRead(out _, out var content))
            {
                var model = TerminalCheckpoint.Read(content);
                model.Resize(size);
                return model;
            }
        }
        catch (FormatException)
        {
            // Written by a later version: the session's own model begins empty as well.
            return new TerminalModel(size);
        }
        return new TerminalModel(size);
    }
}
