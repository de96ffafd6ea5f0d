namespace Holdfast.DaemonRpc.Lifecycle;

/// <summary>
/// Where a daemon is found, and who may be it. Immutable; whoever dials and whoever starts a daemon are given the same one.
/// </summary>
public interface IDaemonPlace
{
    string Socket { get; }

    /// <summary>Held by the living daemon, or by what keeps it alive, from its first instruction to its last.</summary>
    string LockFile { get; }

    /// <summary>How to reach the socket where its path is gone; null where nothing is written down.</summary>
    string? EndpointFile { get; }

    /// <summary>What is shown of a start that failed.</summary>
    IReadOnlyList<string> LogFiles { get; }

    /// <summary>What a person does about this daemon.</summary>
    DaemonHints Hints { get; }
}

/// <summary>What error messages tell a person to do, in the words of the program that owns the daemon. Immutable.</summary>
/// <param name="ChooseDirectory">Sets another directory, as in "set X".</param>
/// <param name="Start">Starts a daemon.</param>
/// <param name="Look">Tells more about one that does not answer.</param>
public sealed record DaemonHints(string ChooseDirectory, string Start, string Look);

/// <summary>Starts a daemon where none lives. Called by any number of callers at once.</summary>
public interface IDaemonStart
{
    /// <summary>True where this call started one, false where another one lives or is being started.</summary>
    bool TryStart();
}
