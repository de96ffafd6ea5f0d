namespace Holdfast.Daemon.Health;

/// <summary>Where the program of this process lies. Stateless; any thread.</summary>
public static class OwnProgram
{
    // What the kernel adds to the path of a file that is gone: after an installation there is another one in its place.
    private const string Gone = " (deleted)";

    public static string Path { get; } = Environment.ProcessPath is { } path && path.EndsWith(Gone, StringComparison.Ordinal)
        ? path[..^Gone.Length]
        : Environment.ProcessPath ?? throw new InvalidOperationException("The path of this program is not known.");
}
