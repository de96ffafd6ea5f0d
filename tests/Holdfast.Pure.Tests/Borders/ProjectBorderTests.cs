using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace Holdfast.Pure.Tests.Borders;

/// <summary>Dependencies point one way, and the kernel is touched in one room.</summary>
public sealed partial class ProjectBorderTests
{
    // Room → the rooms it may refer to. A new room is added here on purpose.
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Holdfast.Linux"] = [],
        ["Holdfast.Ring"] = [],
        ["Holdfast.Protocol"] = [],
        ["Holdfast.Terminal"] = [],
        ["Holdfast.Keeper"] = ["Holdfast.Linux"],
        ["Holdfast.DaemonRpc"] = ["Holdfast.Linux"],
        ["Holdfast.DaemonRpc.Hosting"] = ["Holdfast.DaemonRpc"],
        ["Holdfast.Client"] = ["Holdfast.Protocol", "Holdfast.DaemonRpc"],
        ["Holdfast.Daemon"] = ["Holdfast.Ring", "Holdfast.Linux", "Holdfast.Terminal", "Holdfast.Protocol", "Holdfast.DaemonRpc"],
        ["Holdfast.Cli"] = ["Holdfast.Client", "Holdfast.Daemon", "Holdfast.Linux", "Holdfast.Terminal"],
    };

    private static List<string> Projects(string under = "") =>
        SourceTree.Files(under).FindAll(f => f.EndsWith(".csproj", StringComparison.Ordinal));

    [Fact]
    public void Rooms_refer_only_to_the_rooms_they_may()
    {
        var projects = Projects("src");
        var offenders = projects.SelectMany(project =>
        {
            var room = Path.GetFileNameWithoutExtension(project);
            return References(project).Where(r => !Allowed.GetValueOrDefault(room, []).Contains(r)).Select(r => $"{room} → {r}");
        });
        SourceTree.Demand(projects, offenders, "Not an allowed direction (the table is in this test):");
    }

    [Fact]
    public void Every_room_has_its_line_in_the_table()
    {
        var projects = Projects("src");
        SourceTree.Demand(projects, projects.Where(p => !Allowed.ContainsKey(Path.GetFileNameWithoutExtension(p))), "Rooms without a line:");
    }

    [Fact]
    public void Only_the_Linux_room_calls_the_kernel()
    {
        var files = SourceTree.HandWritten("src");
        Assert.Contains(files, f => InLinux(f) && NativeCall().IsMatch(SourceTree.Read(f)));
        SourceTree.Demand(files, files.Where(f => !InLinux(f) && NativeCall().IsMatch(SourceTree.Read(f))), "P/Invoke outside src/Holdfast.Linux:");
    }

    [Fact]
    public void Only_the_Linux_room_may_be_unsafe()
    {
        var projects = Projects();
        SourceTree.Demand(projects, projects.Where(p => !InLinux(p) && Unsafe().IsMatch(SourceTree.Read(p))), "AllowUnsafeBlocks outside src/Holdfast.Linux:");
    }

    [Fact]
    public void The_solution_holds_every_project()
    {
        var solution = XDocument.Parse(SourceTree.Read("Holdfast.slnx")).Descendants("Project").Select(p => (string)p.Attribute("Path")!);
        Assert.Equal(Projects().Order(StringComparer.Ordinal), solution.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_package_says_what_it_is_for()
    {
        var packages = XDocument.Parse(SourceTree.Read("Directory.Packages.props")).Descendants("PackageVersion").ToList();
        var names = packages.ConvertAll(Name);
        SourceTree.Demand(names, packages.Where(p => !IsExplained(p)).Select(Name), "Packages without a comment above them:");
    }

    private static bool InLinux(string file) => file.StartsWith("src/Holdfast.Linux/", StringComparison.Ordinal);

    private static string Name(XElement package) => (string)package.Attribute("Include")!;

    // A package of the same family may follow without a comment of its own.
    private static bool IsExplained(XElement package)
    {
        var before = package.NodesBeforeSelf().LastOrDefault(n => n is not XText);
        return before is XComment || (before is XElement sibling && Name(package).StartsWith(Name(sibling) + ".", StringComparison.Ordinal));
    }

    private static IEnumerable<string> References(string project) =>
        XDocument.Parse(SourceTree.Read(project)).Descendants("ProjectReference")
            .Select(r => Path.GetFileNameWithoutExtension(((string)r.Attribute("Include")!).Replace('\\', '/')));

    [GeneratedRegex("LibraryImport|DllImport")]
    private static partial Regex NativeCall();

    [GeneratedRegex("<AllowUnsafeBlocks>\\s*true", RegexOptions.IgnoreCase)]
    private static partial Regex Unsafe();
}
