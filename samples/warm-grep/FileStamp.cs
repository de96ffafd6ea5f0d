namespace WarmGrep;

/// <summary>By what a file or a folder is known again as unchanged. A value.</summary>
internal readonly record struct FileStamp(DateTime Written, long Length, bool Settled)
{
    // The kernel's clock for files is coarser than a write takes: a second change within a tick would leave no trace in the time.
    private static readonly TimeSpan ClockTick = TimeSpan.FromMilliseconds(50);

    /// <summary>As it is now; of nothing where it is gone.</summary>
    public static FileStamp Of(string path)
    {
        try
        {
            var now = DateTime.UtcNow;
            var file = new FileInfo(path);
            var folder = (file.Attributes & FileAttributes.Directory) != 0;
            return new FileStamp(file.LastWriteTimeUtc, folder ? 0 : file.Length, now - file.LastWriteTimeUtc > ClockTick);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return default;
        }
    }

    /// <summary>False also where it was too new when it was looked at to be known for sure.</summary>
    public bool IsCurrent(string path) => Settled && Of(path) is var now && now.Written == Written && now.Length == Length;
}
