using System.Globalization;

namespace Holdfast.Keeper;

/// <summary>
/// What the keeper was told: its paths by the command line, its times by the environment. Immutable; made once in Main.
/// </summary>
internal sealed record KeeperOptions
{
    public required string RuntimeDirectory { get; init; }

    public required string StateDirectory { get; init; }

    public required string EndpointFile { get; init; }

    public required string SocketPath { get; init; }

    public required string DaemonProgram { get; init; }

    /// <summary>The identity lock's descriptor, which the starter took and passed on; null in a takeover.</summary>
    public int? LockDescriptor { get; init; }

    /// <summary>Take over from a keeper that died: a living daemon speaks on descriptor 3.</summary>
    public bool Adopt { get; init; }

    /// <summary>Waits before the next start of a daemon, by number of recent crashes.</summary>
    public IReadOnlyList<TimeSpan> RestartDelays { get; init; } = [];

    /// <summary>Period of the heartbeat, of the look at the socket's path and of repeated exits.</summary>
    public TimeSpan Tick { get; init; }

    /// <summary>Missed beats that make a daemon stale, whatever it holds; null: the default of the supervisor.</summary>
    public int? StaleTicks { get; init; }

    public TimeSpan SpawnTimeout { get; init; }

    /// <exception cref="FormatException">An argument is missing or not understood; the message says which.</exception>
    public static KeeperOptions Parse(IReadOnlyList<string> arguments)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var adopt = false;
        for (var i = 0; i < arguments.Count; i++)
        {
            if (arguments[i] == "--adopt")
                adopt = true;
            else if (arguments[i] is "--runtime" or "--state" or "--endpoint" or "--socket" or "--daemon" or "--lock-fd" && i + 1 < arguments.Count)
                values[arguments[i]] = arguments[++i];
            else
                throw new FormatException($"argument {arguments[i]} is not known or lacks its value");
        }
        var runtime = AbsolutePath(values, "--runtime");
        var lockDescriptor = values.TryGetValue("--lock-fd", out var text) ? Number(text, "--lock-fd") : (int?)null;
        if (adopt == (lockDescriptor is not null))
            throw new FormatException("exactly one of --lock-fd and --adopt is needed");
        return new KeeperOptions
        {
            RuntimeDirectory = runtime,
            StateDirectory = AbsolutePath(values, "--state"),
            EndpointFile = AbsolutePath(values, "--endpoint"),
            SocketPath = values.ContainsKey("--socket") ? AbsolutePath(values, "--socket") : Path.Combine(runtime, "socket"),
            DaemonProgram = AbsolutePath(values, "--daemon"),
            LockDescriptor = lockDescriptor,
            Adopt = adopt,
            RestartDelays = [.. Variable("HOLDFAST_RESTART_DELAYS_MS", "0,2000,4000,8000,16000,32000").Split(',')
                .Select(t => TimeSpan.FromMilliseconds(Number(t, "HOLDFAST_RESTART_DELAYS_MS")))],
            Tick = TimeSpan.FromMilliseconds(Math.Max(1, Number(Variable("HOLDFAST_TICK_MS", "1000"), "HOLDFAST_TICK_MS"))),
            StaleTicks = Environment.GetEnvironmentVariable("HOLDFAST_STALE_TICKS") is { Length: > 0 } ticks ? Number(ticks, "HOLDFAST_STALE_TICKS") : null,
            SpawnTimeout = TimeSpan.FromMilliseconds(Number(Variable("HOLDFAST_SPAWN_TIMEOUT_MS", "10000"), "HOLDFAST_SPAWN_TIMEOUT_MS")),
        };
    }

    private static string Variable(string name, string otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : otherwise;

    private static string AbsolutePath(Dictionary<string, string> values, string name) =>
        values.TryGetValue(name, out var path) && Path.IsPathRooted(path) ? path : throw new FormatException($"{name} needs an absolute path");

    private static int Number(string text, string what) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new FormatException($"{what}: {text} is not a number");
}
