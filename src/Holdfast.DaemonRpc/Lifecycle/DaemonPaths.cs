using System.Text;
using Holdfast.Linux.Processes;

namespace Holdfast.DaemonRpc.Lifecycle;

/// <summary>
/// Where a user's daemon keeps what it keeps; all paths are absolute. Immutable, made once per process from the environment.
/// </summary>
public sealed record DaemonPaths : IDaemonPlace
{
    /// <summary>Sockets and the token; gone after a reboot.</summary>
    public required string RuntimeDirectory { get; init; }

    /// <summary>Journal, lock and logs; stays.</summary>
    public required string StateDirectory { get; init; }

    public required string ConfigFile { get; init; }

    /// <summary>True where the user chose the runtime directory: then several daemons share one state directory and need a lock each.</summary>
    public bool RuntimeDirectoryIsChosen { get; init; }

    public string Socket => Path.Combine(RuntimeDirectory, "socket");

    public string Token => Path.Combine(RuntimeDirectory, "token");

    public string LogDirectory => Path.Combine(StateDirectory, "logs");

    public string DaemonLog => Path.Combine(LogDirectory, "daemon.log");

    public string KeeperLog => Path.Combine(LogDirectory, "keeper.log");

    public IReadOnlyList<string> LogFiles => [KeeperLog, DaemonLog];

    public DaemonHints Hints { get; } = new(
        "set HOLDFAST_RUNTIME_DIR to a shorter path", "`holdfast daemon start` starts one", "`holdfast daemon status` and its log tell more");

    /// <summary>What is known of each session, in a directory of its id.</summary>
    public string SessionsDirectory => Path.Combine(StateDirectory, "sessions");

    /// <summary>To whom a journalled session belongs, over reboots: this machine, and the runtime directory where it was chosen.</summary>
    public string JournalPlace => RuntimeDirectoryIsChosen ? $"{Machine()}-{Fnv64(RuntimeDirectory):x16}" : Machine();

    /// <summary>
    /// Held by the living keeper. Outside the runtime directory, because that may be removed and made again under a living keeper, and
    /// a second one would then start; named by host and boot, because a state directory may be shared by machines.
    /// </summary>
    public string LockFile => Path.Combine(StateDirectory, $"lock-{Identity}");

    /// <summary>How to reach the keeper's socket where its path is gone.</summary>
    public string EndpointFile => Path.Combine(StateDirectory, $"endpoint-{Identity}.json");

    private string Identity
    {
        get
        {
            var machine = $"{Environment.MachineName}-{File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim()}";
            return RuntimeDirectoryIsChosen ? $"{machine}-{Fnv64(RuntimeDirectory):x16}" : machine;
        }
    }

    public static DaemonPaths FromEnvironment() => From(Environment.GetEnvironmentVariable);

    /// <summary>The paths for the variables that <paramref name="variable"/> looks up.</summary>
    public static DaemonPaths From(Func<string, string?> variable)
    {
        var user = CurrentProcess.EffectiveUser;
        var chosen = Chosen(variable, "HOLDFAST_RUNTIME_DIR");
        var runtime = chosen ?? Under(variable, "XDG_RUNTIME_DIR", "holdfast") ?? $"/tmp/holdfast-{user}";
        // Without HOME (a cron job, a bare container) the class library asks the user database.
        var home = variable("HOME") is { Length: > 0 } set ? set : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        if (home.Length == 0)
            home = $"/tmp/holdfast-{user}";
        return new DaemonPaths
        {
            RuntimeDirectory = runtime,
            // The keeper names the directory to its daemon even where nobody chose it.
            RuntimeDirectoryIsChosen = chosen is not null && variable("HOLDFAST_IDENTITY") != "default",
            StateDirectory = Chosen(variable, "HOLDFAST_STATE_DIR") ?? Under(variable, "XDG_STATE_HOME", "holdfast") ?? Path.Combine(home, ".local/state/holdfast"),
            ConfigFile = Chosen(variable, "HOLDFAST_CONFIG") ?? Under(variable, "XDG_CONFIG_HOME", "holdfast/config.json") ?? Path.Combine(home, ".config/holdfast/config.json"),
        };
    }

    /// <exception cref="LifecycleException">SOCKET_PATH_TOO_LONG.</exception>
    public void CheckSocketPath() => SocketAddress.Check(this);

    private static string? Chosen(Func<string, string?> variable, string name) =>
        variable(name) is { Length: > 0 } value ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(value)) : null;

    // A host's name changes with networks; a machine without an id of its own (a container) has nothing better.
    private static string Machine()
    {
        const string file = "/etc/machine-id";
        var id = File.Exists(file) ? File.ReadAllText(file).Trim() : "";
        return id.Length > 0 ? id : Environment.MachineName;
    }

    // The XDG specification: a relative path is invalid and to be ignored.
    private static string? Under(Func<string, string?> variable, string name, string below) =>
        variable(name) is { Length: > 0 } value && value[0] == '/' ? Path.Combine(value, below) : null;

    private static ulong Fnv64(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var b in Encoding.UTF8.GetBytes(text))
            hash = (hash ^ b) * 1099511628211UL;
        return hash;
    }
}
