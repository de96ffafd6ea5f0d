using Google.Protobuf;
using Holdfast.Daemon.Health;
using Holdfast.Daemon.Keepers;
using Holdfast.Daemon.Killing;
using Holdfast.Daemon.Sessions;
using Holdfast.Linux.Pty;
using Holdfast.Protocol.V1;
using Holdfast.Ring;
using Microsoft.Extensions.Logging;

namespace Holdfast.Daemon.Recovery;

/// <summary>
/// Makes sessions again from what the keeper holds, and first of all completes the transfer that the former daemon was killed in. Used once, at
/// start, by the host.
/// </summary>
public sealed class SessionAdoption(SessionTable sessions, KeeperLink keeper, SessionRules rules, DaemonCounters counters, ILogger log)
{
    private readonly List<string> _abandoned = [];

    public void Adopt(TransferState transfer)
    {
        foreach (var entry in keeper.Entries.Values.Where(IsSession).ToArray())
            TryAdopt(entry);
        CompleteTransfer(transfer);
        foreach (var session in sessions.All)
            Settle(session);
    }

    /// <summary>
    /// Has the keeper forget sessions whose program nobody said was started, and ends it where it was: by a keeper that was lost as well, before it could say so.
    /// </summary>
    public async Task RemoveAbandonedAsync(SessionKiller killer)
    {
        foreach (var id in _abandoned)
        {
            var terminal = keeper.Entries.GetValueOrDefault($"{id}.pty") is { } pty ? new PtyMaster(pty.Descriptors[0]) : null;
            await killer.EndUnknownAsync(id, terminal);
            foreach (var name in (string[])[id, $"{id}.pty", $"{id}.tty"])
                await keeper.RemoveAsync(name);
        }
    }

    // Session ids are hexadecimal; everything else in the store has a sign in its name.
    private static bool IsSession(HeldEntry entry) => entry.Name.All(char.IsAsciiHexDigit);

    private void TryAdopt(HeldEntry entry)
    {
        try
        {
            var record = SessionRecord.Parser.ParseFrom(entry.Note.Span);
            if (record.Session.State == SessionState.Starting && entry.Process is null && entry.Exit is null)
            {
                // The daemon died before the program was started: whoever asked for it asks again.
                _abandoned.Add(entry.Name);
                return;
            }
            var session = new Session(record, SessionMemory.Adopt(entry.Descriptors[0]), entry, rules);
            if (keeper.Entries.GetValueOrDefault(session.PtyEntry) is { } pty)
                session.Pty = new PtyMaster(pty.Descriptors[0]);
            if (keeper.Entries.GetValueOrDefault(session.TtyEntry) is { } tty)
                session.Slave = tty.Descriptors[0];
            sessions.Add(session);
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or RingFormatException or ArgumentException)
        {
            // Left with the keeper, its program alive: a later version may understand it.
            log.EntryUnusable(entry.Name, e.Message);
        }
    }

    private void CompleteTransfer(TransferState transfer)
    {
        var outcome = TransferRecovery.Complete(
            transfer.Record, new PipeReader(transfer.Pipe), key => sessions.ByKey(key)?.Ring, transfer.Pipe.Capacity);
        if (outcome.Kind == RecoveryKind.Completed)
            counters.RecoveredBytes += outcome.Bytes;
        else if (outcome.Kind == RecoveryKind.Drained)
            log.TransferDropped(outcome.Bytes);
    }

    private void Settle(Session session)
    {
        counters.RecoveredSessions++;
        session.Record.Session.Recovered = "alive";
        if (session.Ring.Input.Recover())
            log.InputUncertain(session.Name, session.Id);
        session.Subscribers.ExpectFormerReaders();
        session.Started.TrySetResult();
        session.Owner.AwaitReturn();
        if (session.State == SessionState.Starting)
            session.Move(SessionState.Running);
        if (session.IsAlive)
            return;
        // Its exit had been noted, so it may be announced.
        session.EndOffset = session.Ring.Head;
        session.ExitAnnounced = true;
        session.Exited.TrySetResult();
    }
}
