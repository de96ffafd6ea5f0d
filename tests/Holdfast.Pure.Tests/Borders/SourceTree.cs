using Xunit;

namespace Holdfast.Pure.Tests.Borders;

/// <summary>The files of the repository as the guards see them: without what a build leaves behind. Read once per question, from any thread.</summary>
internal static class SourceTree
{
    private static readonly string[] Leftovers = ["bin", "obj", ".git", ".build", "node_modules", "artifacts", "TestResults", "dist"];

    public static string Root { get; } = FindRoot();

    /// <summary>Paths relative to the root, sorted.</summary>
    public static List<string> Files(string under = "")
    {
        var files = new List<string>();
        Collect(new DirectoryInfo(Path.Combine(Root, under)), files);
        files.Sort(StringComparer.Ordinal);
        return files;
    }

    /// <summary>C# written by hand, without the guards themselves: they name what they forbid.</summary>
    public static List<string> HandWritten(string under) =>
        Files(under).FindAll(f => f.EndsWith(".cs", StringComparison.Ordinal) && !f.EndsWith(".g.cs", StringComparison.Ordinal) && !f.Contains("/Borders/", StringComparison.Ordinal));

    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    /// <summary>Fails with all offenders at once, and when the guard looked at nothing.</summary>
    public static void Demand(IReadOnlyCollection<string> looked, IEnumerable<string> offenders, string rule)
    {
        Assert.NotEmpty(looked);
        var list = string.Join('\n', offenders);
        Assert.True(list.Length == 0, $"{rule}\n{list}");
    }

    private static void Collect(DirectoryInfo directory, List<string> files)
    {
        foreach (var file in directory.EnumerateFiles())
        {
            // In a second worktree .git is a file.
            if (Array.IndexOf(Leftovers, file.Name) < 0)
                files.Add(Path.GetRelativePath(Root, file.FullName));
        }
        foreach (var below in directory.EnumerateDirectories())
        {
            if (Array.IndexOf(Leftovers, below.Name) < 0)
                Collect(below, files);
        }
    }

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "global.json")))
            directory = directory.Parent ?? throw new InvalidOperationException("The tests must run inside the source tree.");
        return directory.FullName;
    }
}
