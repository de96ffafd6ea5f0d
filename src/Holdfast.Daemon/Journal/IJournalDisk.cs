namespace Holdfast.Daemon.Journal;

/// <summary>
/// The system calls of the journal, one a method, so that a test can end the world after any of them. They fail with a
/// <see cref="Linux.LinuxException"/>. Used by one thread at a time.
/// </summary>
public interface IJournalDisk
{
    /// <summary>Makes it, 0700, where it is not there.</summary>
    void MakeDirectory(string path);

    /// <summary>An empty file, 0600, to be written.</summary>
    IJournalFile Create(string path);

    /// <summary>Moves it over whatever has that name; nothing happens where it is not there.</summary>
    void Move(string from, string to);

    /// <summary>Makes the names in a directory durable.</summary>
    void SynchronizeDirectory(string path);

    /// <summary>Removes a file, or an empty directory; nothing happens where it is not there.</summary>
    void Remove(string path);

    /// <summary>Null where there is no such file.</summary>
    byte[]? Read(string path);

    /// <summary>The last bytes of a file, at most; null where there is none.</summary>
    byte[]? ReadEnd(string path, int most);

    /// <summary>Names of the entries of a directory; none where it is not there.</summary>
    IReadOnlyList<string> List(string path);
}

/// <summary>A file that is being written. Disposing closes it.</summary>
public interface IJournalFile : IDisposable
{
    void Write(ReadOnlySpan<byte> bytes);

    /// <summary>Makes its content durable.</summary>
    void Synchronize();
}
