using Holdfast.DaemonRpc.Wire;

namespace Holdfast.DaemonRpc.Server;

/// <summary>How a daemon serves. Immutable.</summary>
public sealed record DaemonServerOptions
{
    /// <summary>Commands that run at the same time; more wait.</summary>
    public int MaxConcurrentCommands { get; init; } = Math.Max(4, 2 * Environment.ProcessorCount);

    /// <summary>Commands that wait; more are refused at once.</summary>
    public int MaxQueuedCommands { get; init; } = 256;

    /// <summary>Longest a command waits for its turn.</summary>
    public TimeSpan QueueDeadline { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Longest a command may run; null: as long as its client waits.</summary>
    public TimeSpan? CommandDeadline { get; init; }

    /// <summary>The daemon ends after this time without a command; null: never.</summary>
    public TimeSpan? IdleTimeout { get; init; } = TimeSpan.FromHours(3);

    /// <summary>How long a cancelled handler may take to end before it is abandoned.</summary>
    public TimeSpan AbandonAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long running commands may go on once the daemon is to stop, before they are cancelled.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection may take to say what it wants.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often the daemon looks whether its socket can still be found and its log has grown long.</summary>
    public TimeSpan LookInterval { get; init; } = TimeSpan.FromSeconds(30);

    public int MaxCommandBytes { get; init; } = WireLimits.DefaultCommandBytes;

    /// <summary>SIGTERM and SIGINT stop the daemon gracefully; false where a host takes care of them.</summary>
    public bool HandleSignals { get; init; } = true;

    /// <summary>Where the daemon writes its log: its standard error, which a client that starts it sends to the log file.</summary>
    public TextWriter Log { get; init; } = Console.Error;
}
