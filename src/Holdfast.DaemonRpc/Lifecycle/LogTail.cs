using System.Text;

namespace Holdfast.DaemonRpc.Lifecycle;

/// <summary>
/// What a daemon logged since a moment, for the message of a failed start: lines of an earlier run would mislead.
/// Remembers the lengths of the files; used by one thread.
/// </summary>
public sealed class LogTail(IDaemonPlace paths)
{
    // Enough for an exception with its stack, and fits a terminal.
    private const int MaxLines = 12;

    private const int MaxBytes = 8192;

    private readonly (string Path, long Start)[] _files =
        [.. paths.LogFiles.Select(path => (path, LengthOf(path)))];

    public string Read()
    {
        var lines = new List<string>();
        foreach (var (path, start) in _files)
            lines.AddRange(LinesSince(path, start));
        return string.Join('\n', lines);
    }

    private static long LengthOf(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? file.Length : 0;
    }

    private static IEnumerable<string> LinesSince(string path, long start)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            // Shorter than before: rotated, all of it is new.
            var from = file.Length < start ? 0 : start;
            file.Position = Math.Max(from, file.Length - MaxBytes);
            using var reader = new StreamReader(file, Encoding.UTF8);
            return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(MaxLines);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e is FileNotFoundException or DirectoryNotFoundException ? [] : [$"({path} cannot be read: {e.Message})"];
        }
    }
}
