using Holdfast.Linux.Events;

namespace Holdfast.Linux.Keeping;

/// <summary>
/// What the beat page says of the daemon, read from outside: also of one that hangs and answers nobody. A value.
/// </summary>
/// <param name="DaemonPid">0: no daemon has written yet, or one of a version that does not.</param>
/// <param name="BeatAt">Of its last beat, milliseconds of the monotonic clock.</param>
public readonly record struct BeatReading(int DaemonPid, long BeatAt)
{
    private const string LinkPrefix = $"/memfd:{BeatPage.Name} ";

    public TimeSpan Age => TimeSpan.FromMilliseconds(Math.Max(0, Reactor.Now - BeatAt));

    /// <summary>Reads the page that the keeper of this pid holds; false where there is none, or where it may not be looked into (proc_pid_fd(5)).</summary>
    public static bool TryRead(int keeperPid, out BeatReading reading)
    {
        reading = default;
        try
        {
            var page = Directory.EnumerateFiles($"/proc/{keeperPid}/fd").FirstOrDefault(IsPage);
            if (page is null)
                return false;
            var bytes = File.ReadAllBytes(page);
            if (bytes.Length < BeatPage.Bytes)
                return false;
            reading = BeatPage.Read(bytes);
            return reading.DaemonPid != 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile, or is another user's.
            return false;
        }
    }

    private static bool IsPage(string path) => new FileInfo(path).LinkTarget?.StartsWith(LinkPrefix, StringComparison.Ordinal) == true;
}
