namespace WarmGrep;

/// <summary>
/// The text files below a folder, in memory, with the trigrams of each: slow to make, fast to ask. Owned by the handler; one refresh at a time.
/// </summary>
internal sealed class FolderIndex(string folder)
{
    // Larger ones are seldom text that somebody searches.
    private const long LargestFile = 4 * 1024 * 1024;

    private readonly Lock _gate = new();
    private Dictionary<string, IndexedFile> _files = new(StringComparer.Ordinal);

    /// <summary>Reads what is new or changed since the last time; all of it at the first.</summary>
    public void Refresh(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var now = new Dictionary<string, IndexedFile>(_files.Count, StringComparer.Ordinal);
            var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint | FileAttributes.Hidden };
            foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*", options))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (file.Length > LargestFile)
                    continue;
                now[file.FullName] = _files.TryGetValue(file.FullName, out var known) && known.Written == file.LastWriteTimeUtc && known.Length == file.Length
                    ? known
                    : IndexedFile.Read(file);
            }
            _files = now;
        }
    }

    public IEnumerable<string> Find(string text)
    {
        var files = _files;
        var wanted = IndexedFile.Trigrams(text);
        foreach (var (path, file) in files.OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            if (!file.MayHold(wanted))
                continue;
            for (var i = 0; i < file.Lines.Length; i++)
            {
                if (file.Lines[i].Contains(text, StringComparison.Ordinal))
                    yield return $"{Path.GetRelativePath(folder, path)}:{i + 1}:{file.Lines[i]}";
            }
        }
    }
}
