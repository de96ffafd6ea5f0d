using Holdfast.Daemon.Sessions;
using Holdfast.Linux;
using Holdfast.Linux.Files;
using Holdfast.Protocol.V1;

namespace Holdfast.Daemon.Journal;

/// <summary>Makes records of sessions, and what a session is told about from records. Made once by the host; loop thread.</summary>
public sealed class JournalRecords(string place)
{
    // Further than owners can change in the seconds that are not on disk: a claim on the lost program is none on its successor.
    private const ulong OwnersUnseen = 1024;

    public string Place { get; } = place;

    public string BootId { get; } = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    /// <summary>Of the keeper that holds the sessions now; see <see cref="JournalRecord.Lineage"/>.</summary>
    public string Lineage { get; private set; } = "";

    /// <summary>What a keeper holds from its first daemon on, and gives to whoever takes over, is known by this file of it.</summary>
    public void KnowLineage(Fd transferPage) => Lineage = $"{BootId}:{FileSystem.Stat(transferPage).Inode:x}";

    /// <summary>The session as of now.</summary>
    public JournalRecord Of(Session session)
    {
        var info = session.Record.Session;
        return new JournalRecord
        {
            Id = info.Id,
            Place = Place,
            Lineage = Lineage,
            Number = info.Number,
            Name = info.Name,
            State = StateName(info.State),
            Command = [.. info.Command],
            Cwd = info.Cwd,
            Cols = info.Size?.Cols ?? 0,
            Rows = info.Size?.Rows ?? 0,
            RingBytes = (ulong)session.Ring.Capacity,
            Restore = info.Restore switch { RestorePolicy.RestoreNever => "never", RestorePolicy.RestoreCommand => "command", _ => "shell" },
            Overflow = info.Overflow == OverflowPolicy.OverflowPause ? "pause" : "gap",
            CreatedAtMs = info.CreatedAtMs,
            CreationKey = session.Record.CreationKey,
            Title = info.Title,
            OwnerEpoch = info.OwnerEpoch,
            Pid = session.Entry.Pid,
            LeaderStart = session.Record.LeaderStart,
            BootId = BootId,
            Exit = info.Exit is { } exit
                ? new JournalExit(exit.Code, exit.Signal, exit.Lost, info.ExitedAtMs, session.EndOffset, session.Ring.Head, session.Ring.RetainedFrom)
                : null,
            Environment = session.Journal.Environment,
            Dropped = session.Journal.Dropped,
        };
    }

    /// <summary>What a session that is made from the record is, before it is known what becomes of it.</summary>
    public static SessionRecord ToSession(JournalRecord record)
    {
        var session = new SessionRecord
        {
            Version = 1,
            CreationKey = record.CreationKey,
            LeaderStart = record.LeaderStart,
            Session = new SessionInfo
            {
                Id = record.Id,
                Number = record.Number,
                Name = record.Name,
                State = record.HasEnded ? SessionState.Exited : SessionState.Starting,
                Cwd = record.Cwd,
                Size = new TerminalSize { Cols = record.Cols, Rows = record.Rows },
                CreatedAtMs = record.CreatedAtMs,
                Title = record.Title,
                OwnerEpoch = record.OwnerEpoch + OwnersUnseen,
                Overflow = record.Overflow == "pause" ? OverflowPolicy.OverflowPause : OverflowPolicy.OverflowGap,
                Restore = record.Restore switch { "never" => RestorePolicy.RestoreNever, "command" => RestorePolicy.RestoreCommand, _ => RestorePolicy.RestoreShell },
            },
        };
        session.Session.Command.Add(record.Command);
        if (record.Exit is { } exit)
        {
            session.Session.Exit = new ExitStatus { Code = exit.Code, Signal = exit.Signal, Lost = exit.Lost };
            session.Session.ExitedAtMs = exit.AtMs;
        }
        return session;
    }

    private static string StateName(SessionState state) => state switch
    {
        SessionState.Starting => "starting",
        SessionState.Terminating => "terminating",
        SessionState.Exited => "exited",
        _ => "running",
    };
}
