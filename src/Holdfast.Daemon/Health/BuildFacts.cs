using System.Reflection;

namespace Holdfast.Daemon.Health;

/// <summary>Version and build of this binary.</summary>
public static class BuildFacts
{
    public static string Version { get; } = typeof(BuildFacts).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    /// <summary>The version with what the build added to it, such as a commit.</summary>
    public static string Build { get; } =
        typeof(BuildFacts).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? Version;
}
