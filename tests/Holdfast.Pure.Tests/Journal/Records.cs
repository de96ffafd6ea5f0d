using Holdfast.Daemon.Journal;

namespace Holdfast.Pure.Tests.Journal;

/// <summary>Records as the daemon makes them.</summary>
internal static class Records
{
    public const string Id = "0123456789abcdef";

    public static JournalRecord Of(string name, ulong number = 7) => new()
    {
        Id = Id,
        Place = "here",
        Number = (uint)number,
        Name = name,
        State = "running",
        Command = ["/bin/sh", "-c", "echo \"ä\\\" ✓\""],
        Cwd = "/tmp/a b",
        StartCwd = "/tmp",
        Cols = 80,
        Rows = 24,
        RingBytes = 4 << 20,
        Restore = "shell",
        Overflow = "gap",
        CreatedAtMs = 1_795_248_724_069,
        CreationKey = "key",
        Title = "títle",
        Pid = 4711,
        LeaderStart = 99,
        BootId = "boot",
        Exit = new JournalExit(7, 0, false, 1, 2, 3, 4),
        Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["PATH"] = "/bin", ["EMPTY"] = "" },
        Dropped = ["API_KEY"],
    };
}
