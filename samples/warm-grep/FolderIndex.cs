namespace WarmGrep;

/// <summary>
/// The text files below a folder, in memory and indexed: slow to make, fast to ask, and exact, because each call looks what has changed.
/// Owned by the handler; called for several commands at once.
/// </summary>
internal sealed class FolderIndex(string root)
{
    private const FileAttributes Skipped = FileAttributes.ReparsePoint | FileAttributes.Hidden;

    private static readonly EnumerationOptions OneLevel = new() { IgnoreInaccessible = true, AttributesToSkip = Skipped };

    public static EnumerationOptions EveryLevel { get; } = new() { IgnoreInaccessible = true, AttributesToSkip = Skipped, RecurseSubdirectories = true };

    private readonly Lock _gate = new();
    private readonly Folder _root = new(root);
    private IndexedFile[] _files = [];

    /// <summary>Every file, in the order of their paths: reads those that are new or changed since the last time, all of them at the first.</summary>
    public IndexedFile[] Refresh(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var stale = new List<(Folder Folder, string Path)>();
            var relisted = _root.Look(stale, cancellationToken);
            if (!relisted && stale.Count == 0)
                return _files;
            var read = new IndexedFile[stale.Count];
            Parallel.For(0, stale.Count, new ParallelOptions { CancellationToken = cancellationToken }, i => read[i] = IndexedFile.Read(stale[i].Path));
            for (var i = 0; i < read.Length; i++)
                stale[i].Folder.Files[stale[i].Path] = read[i];
            var files = new List<IndexedFile>();
            _root.Collect(files);
            files.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
            return _files = [.. files];
        }
    }

    /// <summary>One folder as it was when it was last listed. Owned by its index, under its gate.</summary>
    private sealed class Folder(string path)
    {
        private FileStamp _stamp;
        private Dictionary<string, Folder> _folders = new(StringComparer.Ordinal);

        /// <summary>By path; null where it was not read yet.</summary>
        public Dictionary<string, IndexedFile?> Files { get; private set; } = new(StringComparer.Ordinal);

        /// <summary>Finds what is to be read anew; true where files came or went.</summary>
        public bool Look(List<(Folder Folder, string Path)> stale, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var relisted = !_stamp.IsCurrent(path);
            if (relisted)
                List();
            foreach (var (file, known) in Files)
            {
                if (known is not { IsCurrent: true })
                    stale.Add((this, file));
            }
            foreach (var folder in _folders.Values)
                relisted |= folder.Look(stale, cancellationToken);
            return relisted;
        }

        public void Collect(List<IndexedFile> into)
        {
            foreach (var file in Files.Values)
            {
                if (file is not null)
                    into.Add(file);
            }
            foreach (var folder in _folders.Values)
                folder.Collect(into);
        }

        private void List()
        {
            _stamp = FileStamp.Of(path);
            var files = new Dictionary<string, IndexedFile?>(StringComparer.Ordinal);
            var folders = new Dictionary<string, Folder>(StringComparer.Ordinal);
            try
            {
                foreach (var entry in new DirectoryInfo(path).EnumerateFileSystemInfos("*", OneLevel))
                {
                    if (entry is FileInfo)
                        files[entry.FullName] = Files.GetValueOrDefault(entry.FullName);
                    else
                        folders[entry.FullName] = _folders.GetValueOrDefault(entry.FullName) ?? new Folder(entry.FullName);
                }
            }
            catch (IOException)
            {
                // Gone meanwhile: so are its files.
                files.Clear();
                folders.Clear();
            }
            (Files, _folders) = (files, folders);
        }
    }
}
