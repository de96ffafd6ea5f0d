using Holdfast.Daemon.Config;
using Holdfast.Daemon.Health;
using Holdfast.Daemon.Journal;
using Holdfast.Daemon.Keepers;
using Holdfast.Daemon.Sessions;
using Holdfast.Linux;
using Holdfast.Protocol.Errors;
using Holdfast.Protocol.V1;
using Microsoft.Extensions.Logging;

namespace Holdfast.Daemon.Recovery;

/// <summary>
/// Compares the journal with what the keeper holds: what only the journal knows becomes a session again, as ended, as one to be restored, or as one
/// that cannot be. Used once, at start, by the host; loop thread, reads off it.
/// </summary>
public sealed class Reconciliation(
    SessionTable sessions, KeeperLink keeper, JournalStore store, JournalRecords records, JournalledSessions journalled, ColdRestore restore,
    RecoveryEvents events, SessionRecorder recorder, SessionLife life, DaemonOptions options, DaemonCounters counters, ILogger log)
{
    // A state directory that does not answer must not keep the living sessions waiting.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>One directory of the journal that the keeper knows nothing of. A value.</summary>
    private sealed record Found(string Id, RecordCondition Condition, JournalRecord? Record, ulong ScreenAt);

    /// <summary>Complete when every session is listed; what is to be restored follows.</summary>
    public async Task RunAsync()
    {
        var facts = counters.Recovery;
        facts.Alive = counters.RecoveredSessions;
        var elsewhere = 0u;
        HashSet<string> held = [.. keeper.Entries.Keys];
        foreach (var found in await LookAsync(held))
        {
            if (found.Record is { } record && record.Place != records.Place)
                elsewhere++;
            else
                TryList(found, held.Contains(found.Id));
        }
        log.Reconciled(facts.Alive, facts.Exited, facts.Pending, facts.Unrecoverable, elsewhere);
        restore.Begin();
    }

    private async Task<IReadOnlyList<Found>> LookAsync(HashSet<string> held)
    {
        HashSet<string> usable = [.. sessions.All.Select(s => s.Id)];
        var look = Task.Run(() => store.List().Where(id => !usable.Contains(id)).Select(id => Look(id, held)).ToArray());
        try
        {
            return await look.WaitAsync(Patience);
        }
        catch (Exception e)
        {
            // Whatever is wrong with a directory, the sessions that live are served.
            log.JournalUnreadable(e.Message);
            return [];
        }
    }

    private Found Look(string id, HashSet<string> held)
    {
        var condition = store.ReadRecord(id, out var record);
        if (condition == RecordCondition.Good && record!.Id != id)
            return new Found(id, RecordCondition.Damaged, null, 0);
        return new Found(id, condition, record, held.Contains(id) || record is null or { HasEnded: true } ? 0 : store.ScreenOffset(id));
    }

    private void TryList(Found found, bool isHeld)
    {
        try
        {
            List(found, isHeld);
        }
        catch (LinuxException e)
        {
            // No memory or no descriptor for its ring: its files stay, a later daemon finds them.
            log.SessionNotRecovered(found.Record?.Name ?? found.Id, found.Id, RecoveryEvents.Unrecoverable, ErrorRegistry.Of(ErrorCode.Internal).Name, e.Message);
        }
    }

    private void List(Found found, bool isHeld)
    {
        switch (found.Condition)
        {
            // Nothing of it had been written when everything ended.
            case RecordCondition.Missing:
                recorder.Forget(found.Id);
                break;
            case RecordCondition.Newer or RecordCondition.Damaged:
                var code = found.Condition == RecordCondition.Newer ? ErrorCode.RecordNewer : ErrorCode.RecordDamaged;
                events.Lost(journalled.MakeUnreadable(found.Id), RecoveryEvents.Unrecoverable, code, "no record of it can be read");
                break;
            // This keeper held it and holds it no more: it was forgotten, or its program was never started.
            case RecordCondition.Good when !isHeld && found.Record!.Lineage == records.Lineage:
                recorder.Forget(found.Id);
                break;
            case RecordCondition.Good when isHeld:
                events.Lost(journalled.Make(found.Record!, 0), RecoveryEvents.Unrecoverable, ErrorCode.EntryUnusable, "the keeper holds it in another form");
                break;
            case RecordCondition.Good when found.Record is { HasEnded: true } ended:
                ListEnded(ended);
                break;
            default:
                restore.Add(journalled.Make(found.Record!, found.ScreenAt), found.Record!);
                break;
        }
    }

    private void ListEnded(JournalRecord record)
    {
        var age = DateTimeOffset.UtcNow - DateTimeOffset.FromUnixTimeMilliseconds((long)record.Exit!.AtMs);
        if (age >= options.Retention)
        {
            recorder.Forget(record.Id);
            return;
        }
        var session = journalled.Make(record, 0);
        journalled.Settle(session, record);
        life.ScheduleFinalize(session);
        counters.Recovery.Exited++;
    }
}
