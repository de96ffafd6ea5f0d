using System.Globalization;
using System.Text;

namespace Holdfast.Linux.Processes;

/// <summary>What /proc says of all processes at one moment, as far as this user may know it. Stateless; any thread; reads files, so not for a loop.</summary>
public static class ProcessTable
{
    private static readonly char[] Digits = [.. "0123456789"];

    /// <summary>Every process there is, by pid; and the pids that were gone before they could be looked at.</summary>
    public static Dictionary<int, ProcessFacts> Read(out List<int> vanished)
    {
        vanished = [];
        var table = new Dictionary<int, ProcessFacts>();
        foreach (var path in Directory.EnumerateDirectories("/proc"))
        {
            var name = Path.GetFileName(path.AsSpan());
            if (name.IndexOfAnyExcept(Digits) >= 0 || !int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
                continue;
            if (ProcessFacts.TryRead(pid, out var facts))
                table[pid] = facts;
            else
                vanished.Add(pid);
        }
        return table;
    }

    /// <summary>The value of a variable in the environment a process was started with; null where there is none, or it may not be read.</summary>
    public static string? ReadVariable(int pid, string name)
    {
        try
        {
            var wanted = name + "=";
            return Array.Find(Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{pid}/environ")).Split('\0'), v => v.StartsWith(wanted, StringComparison.Ordinal))?[wanted.Length..];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Gone, or another user's.
            return null;
        }
    }

    /// <summary>The program a process runs, also one whose file was replaced since; null where that is not known.</summary>
    public static string? ExecutableOf(int pid)
    {
        const string Deleted = " (deleted)";
        try
        {
            return new FileInfo($"/proc/{pid}/exe").LinkTarget is { } path
                ? path.EndsWith(Deleted, StringComparison.Ordinal) ? path[..^Deleted.Length] : path
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Gone, or another user's.
            return null;
        }
    }

    /// <summary>Where a process is; null where that is not known, or the directory was removed.</summary>
    public static string? WorkingDirectoryOf(int pid)
    {
        try
        {
            return new FileInfo($"/proc/{pid}/cwd").LinkTarget is { Length: > 0 } path && path[0] == '/' && !path.EndsWith(" (deleted)", StringComparison.Ordinal)
                ? path
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Whether the environment a process was started with holds this variable; false where it may not be read.</summary>
    public static bool HasVariable(int pid, string variable)
    {
        byte[] environment;
        try
        {
            environment = File.ReadAllBytes($"/proc/{pid}/environ");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Gone, or another user's: then it is none of ours to end.
            return false;
        }
        var wanted = Encoding.UTF8.GetBytes(variable + '\0');
        return BeginsSomewhere(environment, wanted, environment.AsSpan().IndexOf(wanted));
    }

    /// <summary>Whether a process has this file open.</summary>
    public static bool HasOpen(int pid, string path)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries($"/proc/{pid}/fd")
                .Any(link => new FileInfo(link).LinkTarget == path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // The text may be the end of another variable's value first.
    private static bool BeginsSomewhere(byte[] environment, byte[] wanted, int at)
    {
        while (at >= 0)
        {
            if (at == 0 || environment[at - 1] == 0)
                return true;
            var next = environment.AsSpan(at + 1).IndexOf(wanted);
            at = next < 0 ? -1 : at + 1 + next;
        }
        return false;
    }
}
