using System.Globalization;
using System.Text;
using Holdfast.Linux;
using Holdfast.Linux.Files;

namespace Holdfast.Keeper;

/// <summary>
/// The keeper's log on standard error: one plain line an event. Never waits: a line that cannot be written at once is dropped.
/// Owned by Main; loop thread only.
/// </summary>
internal sealed class KeeperLog
{
    private readonly Fd _fd = new(2);

    public KeeperLog() => _fd.SetNonBlocking();

    public void Info(string what) => Write("info", what);

    public void Warn(string what) => Write("warn", what);

    public void Error(string what) => Write("error", what);

    private void Write(string level, string what)
    {
        var time = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        // One event is one line, whatever a name or a message holds.
        var line = $"{time} {level} {what.ReplaceLineEndings(" ")}\n";
        // The result does not matter: there is nowhere to say that the log is full.
        _ = FileSystem.Write(_fd, Encoding.UTF8.GetBytes(line));
    }
}
