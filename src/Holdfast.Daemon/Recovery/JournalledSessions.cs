using Google.Protobuf;
using Holdfast.Daemon.Config;
using Holdfast.Daemon.Journal;
using Holdfast.Daemon.Keepers;
using Holdfast.Daemon.Sessions;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;
using Holdfast.Ring;

namespace Holdfast.Daemon.Recovery;

/// <summary>
/// Makes sessions that only the journal knows: with a ring that goes on where the lost one ended, and with what is on disk of screen and output
/// once somebody asks for it. Owned by the host, loop thread; reads off it.
/// </summary>
public sealed class JournalledSessions(SessionTable sessions, JournalStore store, DaemonOptions options, SessionRules rules)
{
    // More than a terminal can have written between the last screen on disk and the end of everything; see decision 0013.
    private const ulong NeverWritten = 1UL << 31;
    private const int EraBits = 32;

    /// <summary>Where the offsets of a restored session go on: beyond all that were ever given out. Its upper half counts the restores.</summary>
    public static ulong NextEra(ulong persisted) => (((persisted + NeverWritten) >> EraBits) + 1) << EraBits;

    /// <param name="record">What the journal knows.</param>
    /// <param name="screenAt">The offset of the screen on disk.</param>
    public Session Make(JournalRecord record, ulong screenAt)
    {
        var note = JournalRecords.ToSession(record);
        note.Session.Number = record.Number != 0 && sessions.ByNumber(record.Number) is null ? record.Number : sessions.NewNumber();
        note.Session.Name = FreeName(record);
        if (!ProtocolLimits.IsTerminalSize(record.Cols, record.Rows))
            note.Session.Size = new TerminalSize { Cols = 80, Rows = 24 };
        var capacity = ProtocolLimits.IsRingBytes(record.RingBytes) ? record.RingBytes : options.RingBytes;
        var (first, head) = Range(record, screenAt, capacity);
        var memory = SessionMemory.Create(record.Id, Convert.ToUInt64(record.Id, 16), (long)capacity);
        memory.Ring.BeginAt(first, head);
        memory.Ring.Sizes.Append(first, (ushort)note.Session.Size.Cols, (ushort)note.Session.Size.Rows);
        var session = new Session(note, memory, new HeldEntry(record.Id, note.ToByteArray(), [memory.Fd]), rules);
        // What is on disk is the truth until the session runs again.
        session.Journal.IsClosed = true;
        sessions.Add(session);
        return session;
    }

    /// <summary>A session of which no record can be believed; listed under its id.</summary>
    public Session MakeUnreadable(string id)
    {
        var record = new JournalRecord { Id = id, Place = "", Name = id, State = "running", Command = [], Cwd = "", Restore = "never", Overflow = "gap" };
        return Make(record, 0);
    }

    /// <summary>Marks it as ended: status, screen and output are read when somebody asks.</summary>
    public void Settle(Session session, JournalRecord record)
    {
        session.Record.Session.Recovered = "exited";
        session.EndOffset = Math.Min(record.Exit!.EndOffset, session.Ring.Head);
        session.ExitAnnounced = true;
        session.Started.TrySetResult();
        session.Exited.TrySetResult();
        Task? loading = null;
        session.Awaken = () => loading ??= LoadAllAsync(session);
    }

    /// <summary>Puts the last screen on disk in place, as of the head.</summary>
    public async Task LoadScreenAsync(Session session)
    {
        var screen = await Task.Run(() => store.ReadSealed(session.Id, SealedKind.Screen, out _));
        if (session.State != SessionState.Finalized && screen is not null)
            Show(session.Ring, screen, session.Ring.Head);
    }

    private async Task LoadAllAsync(Session session)
    {
        var (output, outputSeal, screen, screenSeal) = await Task.Run(() =>
        {
            var bytes = store.ReadSealed(session.Id, SealedKind.Output, out var held);
            return (bytes, held, store.ReadSealed(session.Id, SealedKind.Screen, out var shown), shown);
        });
        // Forgotten meanwhile: its ring is no memory any more.
        if (session.State == SessionState.Finalized)
            return;
        var ring = session.Ring;
        var length = outputSeal.End - outputSeal.First;
        var usable = output is not null && outputSeal.End == ring.Head && length <= (ulong)ring.Capacity && length <= (ulong)output.Length;
        ring.Fill(usable ? output.AsSpan(output!.Length - (int)length) : default);
        if (screen is not null && screenSeal.End >= ring.RetainedFrom && screenSeal.End <= ring.Head)
            Show(ring, screen, screenSeal.End);
        session.Awaken = null;
    }

    private static void Show(SessionRing ring, byte[] screen, ulong offset)
    {
        if (screen.Length > ring.Checkpoints.MostBytes)
            return;
        screen.CopyTo(ring.Checkpoints.Begin());
        ring.Checkpoints.Publish(offset, screen.Length);
    }

    private static (ulong First, ulong Head) Range(JournalRecord record, ulong screenAt, ulong capacity)
    {
        if (record.Exit is not { } exit)
            return (NextEra(screenAt), NextEra(screenAt));
        return exit.RetainedFrom <= exit.Head && exit.Head - exit.RetainedFrom <= capacity ? (exit.RetainedFrom, exit.Head) : (exit.Head, exit.Head);
    }

    // A session that lives, or is listed already, keeps its name.
    private string FreeName(JournalRecord record)
    {
        var name = SessionName.Check(record.Name) is null ? record.Name : record.Id;
        return sessions.ByName(name) is null ? name : $"{name[..Math.Min(name.Length, 41)]}-{record.Id[..8]}";
    }
}
