using Holdfast.DaemonRpc.Client;
using Holdfast.DaemonRpc.Lifecycle;
using Holdfast.DaemonRpc.Server;
using Holdfast.DaemonRpc.Verbs;
using Holdfast.Linux;

namespace Holdfast.DaemonRpc;

/// <summary>
/// A program that is client and daemon in one: as the user calls it, a thin client; as that starts it, the daemon. Stateless; a Main returns what it returns.
/// </summary>
public static class DaemonProgram
{
    /// <param name="arguments">Of Main.</param>
    /// <param name="client">Which daemon.</param>
    /// <param name="makeHandler">Makes the heavy part; called in the daemon only.</param>
    /// <param name="server">How the daemon serves; null: the defaults.</param>
    /// <param name="readStandardInput">The command's text is standard input, to its end; otherwise there is none.</param>
    public static async Task<int> RunAsync(
        string[] arguments,
        DaemonClientOptions client,
        Func<ICommandHandler> makeHandler,
        DaemonServerOptions? server = null,
        bool readStandardInput = false)
    {
        if (LaunchArguments.TryParse(arguments) is { } launch)
            return await ServeAsync(launch, makeHandler, server);
        var caller = new DaemonClient(client);
        if (arguments is ["daemon", var verb] && DaemonVerbs.TryRun(caller, verb, out var ran))
            return await ran;
        if (!readStandardInput)
            return await caller.RunAsync(new CommandRequest { Arguments = arguments });
        return await Terminal.GuardAsync(async () =>
        {
            await using var input = Console.OpenStandardInput();
            return await caller.RunAsync(await CommandRequest.FromAsync(input, client.MaxCommandBytes, arguments));
        });
    }

    private static async Task<int> ServeAsync(LaunchArguments launch, Func<ICommandHandler> makeHandler, DaemonServerOptions? options)
    {
        try
        {
            return await new DaemonServer(launch, makeHandler(), options).RunAsync();
        }
        catch (LifecycleException e)
        {
            await Console.Error.WriteLineAsync($"daemon {launch.DaemonId}: {e.Message} ({e.Code})");
            return ExitCodes.Unavailable;
        }
        catch (LinuxException e)
        {
            await Console.Error.WriteLineAsync($"daemon {launch.DaemonId}: {e.Message} (DAEMON_START_FAILED)");
            return ExitCodes.Unavailable;
        }
    }
}
