namespace Holdfast.TestKit;

/// <summary>Where the binaries under test lie: HOLDFAST_BIN, or .build/bin of the source tree. Stateless.</summary>
public static class ProductBinaries
{
    public static string Directory { get; } = Find();

    public static string Cli => Path.Combine(Directory, "holdfast");

    public static string Keeper => Path.Combine(Directory, "holdfast-keeper");

    private static string Find()
    {
        var directory = Environment.GetEnvironmentVariable("HOLDFAST_BIN") is { Length: > 0 } named ? Path.GetFullPath(named) : InTree();
        return File.Exists(Path.Combine(directory, "holdfast"))
            ? directory
            : throw new InvalidOperationException($"No holdfast in {directory}: build it (HOLDFAST_BUILD_ONLY=1 ./holdfast) or name its directory in HOLDFAST_BIN.");
    }

    private static string InTree()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "global.json")))
            directory = directory.Parent ?? throw new InvalidOperationException("The tests must run inside the source tree.");
        return Path.Combine(directory.FullName, ".build", "bin");
    }
}
