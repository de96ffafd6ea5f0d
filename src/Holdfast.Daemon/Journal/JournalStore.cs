using Holdfast.Linux;
using Holdfast.Linux.Files;
using Holdfast.Ring;

namespace Holdfast.Daemon.Journal;

/// <summary>
/// The files of all sessions: <c>sessions/&lt;id&gt;/{record.json, screen, output}</c>. Writes what is new and leaves alone what it does not understand.
/// Owned by the writer and used on its thread; at start by the reconciliation.
/// </summary>
/// <param name="disk">The system calls.</param>
/// <param name="root">The directory `sessions`.</param>
/// <param name="directoryOf">Where a process is at the moment; null where that is not known.</param>
public sealed class JournalStore(IJournalDisk disk, string root, Func<int, string?> directoryOf)
{
    /// <summary>Names of sessions that are being removed begin and end so; nobody takes them for a session.</summary>
    private const string GoneEnding = ".gone";

    // Below what the collector treats as large.
    private const int CopyBytes = 64 * 1024;

    public string DirectoryOf(string id) => Path.Combine(root, id);

    public JournalTally Save(JournalJob job)
    {
        if (job.Forget)
        {
            Forget(job.Id);
            return JournalTally.Nothing;
        }
        var record = job.Record is null ? 0 : SaveRecord(job.Record);
        if (record < 0)
            return JournalTally.Nothing;
        var output = job.Output is null ? 0 : SaveOutput(job.Id, job.Output);
        var screen = job.Screen is null ? 0 : SaveScreen(job.Id, job.Screen);
        return new JournalTally(record > 0 ? 1 : 0, screen > 0 ? 1 : 0, output > 0 ? 1 : 0, record + output + screen);
    }

    /// <summary>Ids of the sessions that have a directory; what was half removed is removed.</summary>
    public IReadOnlyList<string> List()
    {
        var entries = disk.List(root);
        foreach (var entry in entries.Where(e => e.EndsWith(GoneEnding, StringComparison.Ordinal)))
            RemoveAll(Path.Combine(root, entry));
        return [.. entries.Where(IsId)];
    }

    /// <summary>The best record there is; with <see cref="RecordCondition.Newer"/> or Damaged there is none that may be believed.</summary>
    public RecordCondition ReadRecord(string id, out JournalRecord? record)
    {
        record = null;
        var worst = RecordCondition.Missing;
        foreach (var path in FileReplacement.InOrder(RecordPath(id)))
        {
            if (disk.Read(path) is not { } bytes)
                continue;
            var condition = RecordFormat.Read(bytes, out record);
            if (condition is RecordCondition.Good or RecordCondition.Newer)
                return condition;
            // A file that was being written when the power failed is no loss.
            if (path != FileReplacement.New(RecordPath(id)))
                worst = condition;
        }
        return worst;
    }

    /// <summary>The newest whole file of this kind; null where there is none.</summary>
    public byte[]? ReadSealed(string id, SealedKind kind, out Seal seal)
    {
        foreach (var path in FileReplacement.InOrder(SealedPath(id, kind)))
        {
            if (disk.Read(path) is { } bytes && Seal.TryOpen(kind, bytes, out seal, out _))
                return bytes[..^Seal.Bytes];
        }
        seal = default;
        return null;
    }

    /// <summary>The offset of the newest screen that claims to be one; 0 where there is none.</summary>
    public ulong ScreenOffset(string id)
    {
        var offset = 0UL;
        foreach (var path in FileReplacement.InOrder(SealedPath(id, SealedKind.Screen)))
        {
            if (disk.ReadEnd(path, Seal.Bytes) is { } line && Seal.TryRead(SealedKind.Screen, line, out var seal))
                offset = Math.Max(offset, seal.End);
        }
        return offset;
    }

    private string RecordPath(string id) => Path.Combine(DirectoryOf(id), "record.json");

    private string SealedPath(string id, SealedKind kind) => Path.Combine(DirectoryOf(id), kind == SealedKind.Screen ? "screen" : "output");

    private static bool IsId(string name) => name.Length == 16 && name.All(char.IsAsciiHexDigitLower);

    // Bytes written; -1 where the record is another version's, whose session this one leaves alone.
    private int SaveRecord(JournalRecord record)
    {
        var path = RecordPath(record.Id);
        var present = disk.Read(path);
        JournalRecord? known = null;
        switch (present is null ? RecordCondition.Missing : RecordFormat.Read(present, out known))
        {
            case RecordCondition.Newer:
                return -1;
            case RecordCondition.Damaged:
                _ = ReadRecord(record.Id, out known);
                FileReplacement.SetAside(disk, path);
                break;
            case RecordCondition.Missing:
                _ = ReadRecord(record.Id, out known);
                disk.MakeDirectory(root);
                disk.MakeDirectory(DirectoryOf(record.Id));
                break;
        }
        var bytes = RecordFormat.Encode(Complete(record, known));
        if (present is not null && bytes.AsSpan().SequenceEqual(present))
            return 0;
        FileReplacement.Write(disk, path, file => file.Write(bytes), keepPrevious: true);
        if (present is null)
            disk.SynchronizeDirectory(root);
        return bytes.Length;
    }

    // What only the creation knew, and what only a look at the process tells.
    private JournalRecord Complete(JournalRecord record, JournalRecord? known)
    {
        var present = record.HasEnded || record.Pid <= 0 ? null : directoryOf(record.Pid);
        return record with
        {
            Environment = record.Environment ?? known?.Environment,
            Dropped = record.Dropped ?? known?.Dropped,
            StartCwd = record.StartCwd.Length > 0 ? record.StartCwd : known is { StartCwd.Length: > 0 } ? known.StartCwd : record.Cwd,
            Cwd = present ?? (record.HasEnded && known is not null ? known.Cwd : record.Cwd),
        };
    }

    private int SaveScreen(string id, ScreenCopy screen)
    {
        var seal = new Seal(SealedKind.Screen, screen.Offset, screen.Offset);
        return SaveSealed(id, seal, keepPrevious: true, file =>
        {
            file.Write(screen.Content.Span);
            file.Write(seal.Close(Crc32C.Empty.Add(screen.Content.Span)));
            return screen.Content.Length + Seal.Bytes;
        });
    }

    private int SaveOutput(string id, OutputCopy output)
    {
        var seal = new Seal(SealedKind.Output, output.First, output.End);
        // Of what cannot change any more one generation is enough: no whole file is ever replaced by less.
        return SaveSealed(id, seal, keepPrevious: false, file =>
        {
            var checksum = Crc32C.Empty;
            var buffer = new byte[CopyBytes];
            for (var at = output.First; at < output.End;)
            {
                var piece = buffer.AsSpan(0, ReadRing(output, at, buffer));
                checksum = checksum.Add(piece);
                file.Write(piece);
                at += (ulong)piece.Length;
            }
            // A background job may have gone on writing: what it overwrote meanwhile is no output any more.
            var held = Math.Clamp(RetainedFrom(output), output.First, output.End);
            file.Write((seal with { First = held }).Close(checksum));
            return (int)Math.Min((ulong)int.MaxValue, output.End - output.First) + Seal.Bytes;
        });
    }

    private int SaveSealed(string id, Seal seal, bool keepPrevious, Func<IJournalFile, int> write)
    {
        var path = SealedPath(id, seal.Kind);
        if (disk.ReadEnd(path, Seal.Bytes) is { } present)
        {
            if (!Seal.TryRead(seal.Kind, present, out var known))
                FileReplacement.SetAside(disk, path);
            else if (known == seal)
                return 0;
        }
        var written = 0;
        FileReplacement.Write(disk, path, file => written = write(file), keepPrevious);
        return written;
    }

    private static int ReadRing(OutputCopy output, ulong at, byte[] into)
    {
        var position = (long)(at % (ulong)output.Capacity);
        var length = (int)Math.Min(Math.Min((ulong)into.Length, output.End - at), (ulong)(output.Capacity - position));
        var read = FileSystem.ReadAt(output.Ring, into.AsSpan(0, length), output.DataOffset + position);
        if (!read.Ok)
            throw new LinuxException("read(ring)", read.Error);
        return read.Count > 0 ? read.Count : throw new LinuxException("read(ring)", Errno.EIO);
    }

    private static ulong RetainedFrom(OutputCopy output)
    {
        Span<byte> head = stackalloc byte[RingLayout.HeadBytes];
        var read = FileSystem.ReadAt(output.Ring, head, 0);
        return read.Ok && read.Count == head.Length ? RingLayout.RetainedFrom(head) : output.End;
    }

    // One rename: from then on nobody sees a session, and what is left of it is removed by the next start.
    private void Forget(string id)
    {
        var gone = Path.Combine(root, $".{id}{GoneEnding}");
        disk.Move(DirectoryOf(id), gone);
        RemoveAll(gone);
    }

    private void RemoveAll(string directory)
    {
        foreach (var entry in disk.List(directory))
            disk.Remove(Path.Combine(directory, entry));
        disk.Remove(directory);
    }
}
