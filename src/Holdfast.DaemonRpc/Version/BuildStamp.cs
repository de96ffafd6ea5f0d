using System.Reflection;

namespace Holdfast.DaemonRpc.Version;

/// <summary>
/// Which build a program comes from: what its build wrote into it. Client and daemon of the same build talk; others replace the daemon. Stateless.
/// </summary>
public static class BuildStamp
{
    private const string Key = "DaemonRpcBuildTimestamp";

    /// <summary>The stamp of this program, as the targets file of this package wrote it at its build.</summary>
    /// <exception cref="InvalidOperationException">The build wrote none: set one in the options.</exception>
    public static string OfThisProgram() =>
        Of(Assembly.GetEntryAssembly()) ?? throw new InvalidOperationException("the build wrote no timestamp into this program: set BuildTimestamp in the options");

    /// <summary>The stamp of an assembly; null where its build wrote none.</summary>
    public static string? Of(Assembly? assembly) =>
        assembly?.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(a => a.Key == Key)?.Value;
}
