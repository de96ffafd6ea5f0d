namespace Holdfast.Terminal.Agreement;

/// <summary>Finds this project's files in the source tree. Stateless.</summary>
internal static class AgreementFolder
{
    private static readonly string Root = Find();

    public static string PathOf(string relative) => Path.Combine(Root, relative);

    private static string Find()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Holdfast.Terminal.Agreement.csproj")))
            directory = directory.Parent ?? throw new InvalidOperationException("The tests must run inside the source tree.");
        return directory.FullName;
    }
}
