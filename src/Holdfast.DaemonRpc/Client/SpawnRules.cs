namespace Holdfast.DaemonRpc.Client;

/// <summary>How a client starts its daemon: which program, and what of its own environment it passes on. Immutable.</summary>
public sealed record SpawnRules
{
    // What a program needs to find its way about; everything else travels with each command, and is that command's alone.
    private static readonly string[] KeptNames = ["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "LD_LIBRARY_PATH"];

    private static readonly string[] KeptPrefixes = ["LC_", "XDG_", "DOTNET_", "DAEMON_RPC_"];

    /// <summary>Absolute path of the daemon; this program itself where nothing else is said.</summary>
    public string Program { get; init; } = Environment.ProcessPath ?? throw new InvalidOperationException("this program's own path is not known: set Program");

    /// <summary>What stands before the daemon's own arguments.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = HostArguments();

    /// <summary>Names of further variables that the daemon inherits.</summary>
    public IReadOnlyCollection<string> KeepVariables { get; init; } = [];

    internal bool Keeps(string name) =>
        Array.IndexOf(KeptNames, name) >= 0 || Array.Exists(KeptPrefixes, p => name.StartsWith(p, StringComparison.Ordinal)) || KeepVariables.Contains(name);

    // `dotnet tool.dll` is started again as it was.
    private static string[] HostArguments() =>
        Path.GetFileName(Environment.ProcessPath) == "dotnet" ? [Path.GetFullPath(Environment.GetCommandLineArgs()[0])] : [];
}
