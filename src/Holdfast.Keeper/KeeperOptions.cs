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

    /// <summary>The command line.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>The state that the former program of this process left; null where there was none.</summary>
    public int? Resume { get; init; }

    /// <summary>Why the program that was to take this one's place gave the process back; null where it did not.</summary>
    public string? Returned { get; init; }

    /// <summary>A state that is only to be read: the question whether this program could resume it.</summary>
    public int? Preflight { get; init; }

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
            else if (arguments[i] is "--runtime" or "--state" or "--endpoint" or "--socket" or "--daemon" or "--lock-fd"
                or KeeperImage.ResumeOption or KeeperImage.FormerOption or KeeperImage.ReturnedOption or KeeperImage.PreflightOption && i + 1 < arguments.Count)
                values[arguments[i]] = arguments[++i];
            else
                throw new FormatException($"argument {arguments[i]} is not known or lacks its value");
        }
        var runtime = AbsolutePath(values, "--runtime");
        var lockDescriptor = OptionalNumber(values, "--lock-fd");
        var resume = OptionalNumber(values, KeeperImage.ResumeOption);
        var preflight = OptionalNumber(values, KeeperImage.PreflightOption);
        if (new[] { adopt, lockDescriptor is not null, resume is not null, preflight is not null }.Count(given => given) != 1)
            throw new FormatException("exactly one of --lock-fd, --adopt, --resume and --preflight is needed");
        return new KeeperOptions
        {
            RuntimeDirectory = runtime,
            StateDirectory = AbsolutePath(values, "--state"),
            EndpointFile = AbsolutePath(values, "--endpoint"),
            SocketPath = values.ContainsKey("--socket") ? AbsolutePath(values, "--socket") : Path.Combine(runtime, "socket"),
            DaemonProgram = AbsolutePath(values, "--daemon"),
            Arguments = arguments,
            LockDescriptor = lockDescriptor,
            Resume = resume,
            Returned = values.GetValueOrDefault(KeeperImage.ReturnedOption),
            Preflight = preflight,
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

    private static int? OptionalNumber(Dictionary<string, string> values, string name) =>
        values.TryGetValue(name, out var text) ? Number(text, name) : null;

    private static int Number(string text, string what) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new FormatException($"{what}: {text} is not a number");
}
