using Holdfast.DaemonRpc.Lifecycle;

namespace Holdfast.Client.Connection;

/// <summary>Finds the installed programs that a daemon is started with. Stateless.</summary>
internal static class InstalledDaemon
{
    private const string Keeper = "holdfast-keeper";

    /// <summary>How to start a daemon as the options say; <c>null</c>: not at all.</summary>
    /// <exception cref="Protocol.HoldfastException">DAEMON_START_FAILED: the programs are not there.</exception>
    public static StarterOptions? Starter(HoldfastClientOptions options)
    {
        if (options.Starter is not null || !options.AutoStart)
            return options.Starter;
        var daemon = Find(options.Binary) ?? throw Faults.NotInstalled(options.Binary);
        // The keeper lies beside the program itself, not beside a link to it.
        var real = File.ResolveLinkTarget(daemon, returnFinalTarget: true)?.FullName ?? daemon;
        var keeper = Path.Combine(Path.GetDirectoryName(real)!, Keeper);
        return File.Exists(keeper)
            ? new StarterOptions { KeeperBinary = keeper, DaemonBinary = real, Paths = options.Paths }
            : throw Faults.NotInstalled(options.Binary);
    }

    private static string? Find(string binary)
    {
        if (binary.Contains('/', StringComparison.Ordinal))
            return File.Exists(binary) ? Path.GetFullPath(binary) : null;
        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
        return path.Split(':', StringSplitOptions.RemoveEmptyEntries).Select(d => Path.Combine(d, binary)).FirstOrDefault(File.Exists);
    }
}
