using Holdfast.DaemonRpc.Server;
using Holdfast.DaemonRpc.Version;
using Holdfast.DaemonRpc.Wire;

namespace Holdfast.DaemonRpc.Client;

/// <summary>Which daemon a client means, and how it is started. Immutable.</summary>
public sealed record DaemonClientOptions
{
    // What output usually depends on.
    private static readonly string[] UsualVariables =
        ["PATH", "HOME", "USER", "PWD", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TERM", "COLORTERM", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "CI"];

    /// <summary>Letters, digits, '-', '_' and '.': the same for client and daemon.</summary>
    public required string DaemonId { get; init; }

    /// <summary>A daemon of another build is replaced.</summary>
    public string BuildTimestamp { get; init; } = BuildStamp.Of(System.Reflection.Assembly.GetEntryAssembly()) ?? "";

    /// <summary>Instead of the user's runtime directory.</summary>
    public string? Directory { get; init; }

    public SpawnRules Spawn { get; init; } = new();

    /// <summary>Never start a daemon: where none runs, that is an error, or the fallback's turn.</summary>
    public bool NoSpawn { get; init; }

    /// <summary>Runs the command in this process where no daemon can be reached; never after one may have begun it.</summary>
    public ICommandHandler? Fallback { get; init; }

    /// <summary>For reaching a daemon, starting it included.</summary>
    public TimeSpan StartDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a daemon that took the connection may keep silent: its own start included.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a daemon that is replaced or stopped may take for its running commands, before it is killed.</summary>
    public TimeSpan StopPatience { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a cancelled command may go on before the client leaves.</summary>
    public TimeSpan CancelPatience { get; init; } = TimeSpan.FromSeconds(10);

    public int MaxCommandBytes { get; init; } = WireLimits.DefaultCommandBytes;

    /// <summary>Names of the variables that go with each command.</summary>
    public IReadOnlyCollection<string> ForwardVariables { get; init; } = UsualVariables;
}
