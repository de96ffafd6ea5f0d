using Holdfast.Linux;
using Holdfast.Linux.Files;

namespace Holdfast.Daemon.Journal;

/// <summary>The real disk. Stateless.</summary>
public sealed class LinuxDisk : IJournalDisk
{
    private const uint OwnerOnlyDirectory = 0b111_000_000;
    private const uint OwnerOnly = 0b110_000_000;

    // Larger than any file of the journal but an output, which is read piece by piece all the same.
    private const int ReadPiece = 256 * 1024;

    public void MakeDirectory(string path)
    {
        if (FileSystem.MakeDirectory(path, OwnerOnlyDirectory) is var error && error is not (Errno.None or Errno.EEXIST))
            throw new LinuxException("mkdir", error);
    }

    public IJournalFile Create(string path) =>
        new OpenFile(FileSystem.Open(path, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Truncate, OwnerOnly));

    public void Move(string from, string to)
    {
        if (FileSystem.Rename(from, to) is var error && error is not (Errno.None or Errno.ENOENT))
            throw new LinuxException("rename", error);
    }

    public void SynchronizeDirectory(string path)
    {
        using var directory = FileSystem.Open(path, OpenFlags.ReadOnly);
        FileSystem.Synchronize(directory);
    }

    public void Remove(string path)
    {
        var error = FileSystem.Unlink(path);
        if (error == Errno.EISDIR)
            error = FileSystem.RemoveDirectory(path);
        if (error is not (Errno.None or Errno.ENOENT))
            throw new LinuxException("unlink", error);
    }

    public byte[]? Read(string path) => ReadFrom(path, size => 0);

    public byte[]? ReadEnd(string path, int most) => ReadFrom(path, size => Math.Max(0, size - most));

    public IReadOnlyList<string> List(string path)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(path).Select(e => Path.GetFileName(e))];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LinuxException($"readdir: {e.Message}", Errno.EACCES);
        }
    }

    private static byte[]? ReadFrom(string path, Func<long, long> begin)
    {
        if (FileSystem.TryStat(path, out var facts) is var error && error != Errno.None)
            return error is Errno.ENOENT or Errno.ENOTDIR ? null : throw new LinuxException("stat", error);
        using var file = FileSystem.Open(path, OpenFlags.ReadOnly);
        var from = begin(facts.Size);
        var bytes = new byte[facts.Size - from];
        var at = 0;
        while (at < bytes.Length)
        {
            var read = FileSystem.ReadAt(file, bytes.AsSpan(at, Math.Min(ReadPiece, bytes.Length - at)), from + at);
            if (!read.Ok)
                throw new LinuxException("read", read.Error);
            if (read.Count == 0)
                return bytes[..at];
            at += read.Count;
        }
        return bytes;
    }

    private sealed class OpenFile(Fd fd) : IJournalFile
    {
        public void Write(ReadOnlySpan<byte> bytes)
        {
            while (!bytes.IsEmpty)
            {
                var written = FileSystem.Write(fd, bytes);
                if (!written.Ok)
                    throw new LinuxException("write", written.Error);
                bytes = bytes[written.Count..];
            }
        }

        public void Synchronize() => FileSystem.Synchronize(fd);

        public void Dispose() => fd.Dispose();
    }
}
