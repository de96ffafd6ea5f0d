namespace Holdfast.Daemon.Health;

/// <summary>Where the program of this process lies, or lay. Stateless; any thread.</summary>
public static class OwnProgram
{
    // What the kernel adds to the path of a file that is gone: after an installation there is another one in its place.
    private const string Gone = " (deleted)";

    // Not Environment.ProcessPath: that is null where the file is gone.
    public static string Path { get; } = new FileInfo("/proc/self/exe").LinkTarget is { } path
        ? path.EndsWith(Gone, StringComparison.Ordinal) ? path[..^Gone.Length] : path
        : throw new InvalidOperationException("The path of this program is not known.");
}
