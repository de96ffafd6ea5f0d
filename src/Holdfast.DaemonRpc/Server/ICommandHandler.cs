namespace Holdfast.DaemonRpc.Server;

/// <summary>
/// What the daemon does: the heavy part, loaded once and kept warm. Called on a thread of the pool, for several commands at once.
/// An exception ends its command alone.
/// </summary>
public interface ICommandHandler
{
    /// <summary>Runs one command and returns the client's exit code.</summary>
    /// <param name="context">The command, and where its output goes.</param>
    /// <param name="cancellationToken">
    /// The client was interrupted or is gone, the daemon ends, or the command's time is over. Who does not end soon after is abandoned.
    /// </param>
    Task<int> HandleAsync(CommandContext context, CancellationToken cancellationToken);
}
