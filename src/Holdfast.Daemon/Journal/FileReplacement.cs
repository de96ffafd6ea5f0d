using Holdfast.Linux;

namespace Holdfast.Daemon.Journal;

/// <summary>
/// Replaces a file so that at every moment, also one at which the power fails, a whole one is there: written beside, made durable, renamed into
/// place; what was there becomes the previous generation. Stateless.
/// </summary>
/// <remarks>
/// After each step <see cref="InOrder"/> names a whole file first: the old one; or, between the two renames, the new one under its other name.
/// </remarks>
public static class FileReplacement
{
    /// <summary>Where to look for a whole file, the best first.</summary>
    public static IEnumerable<string> InOrder(string path) => [path, New(path), Previous(path)];

    public static string Previous(string path)
    {
        var extension = Path.GetExtension(path);
        return $"{path[..^extension.Length]}.previous{extension}";
    }

    public static string New(string path) => path + ".new";

    public static void Write(IJournalDisk disk, string path, Action<IJournalFile> content, bool keepPrevious)
    {
        try
        {
            using var file = disk.Create(New(path));
            content(file);
            file.Synchronize();
        }
        catch (LinuxException)
        {
            // The disk is full, or worse: what was good stays, and what is half is not left to take room.
            disk.Remove(New(path));
            throw;
        }
        if (keepPrevious)
            disk.Move(path, Previous(path));
        disk.Move(New(path), path);
        disk.SynchronizeDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>Moves a file that is no good aside, where nothing overwrites it.</summary>
    public static void SetAside(IJournalDisk disk, string path)
    {
        var taken = disk.List(Path.GetDirectoryName(path)!);
        for (var n = 1; ; n++)
        {
            var aside = $"{path}.damaged-{n}";
            if (taken.Contains(Path.GetFileName(aside)))
                continue;
            disk.Move(path, aside);
            return;
        }
    }
}
