using Holdfast.Cli.Output;
using Holdfast.Client;
using Holdfast.Protocol;

namespace Holdfast.Cli.Sessions;

/// <summary>
/// What a command does about a daemon of an earlier version: says so, and upgrades it where the user wants that by himself. Stateless.
/// </summary>
internal static class OlderDaemon
{
    private const string Wish = "HOLDFAST_AUTO_UPGRADE";

    /// <summary>The client to go on with: the given one, or, after an upgrade, one of <paramref name="connect"/>.</summary>
    public static async Task<HoldfastClient> LookAsync(HoldfastClient client, Func<Task<HoldfastClient>> connect, CancellationToken cancellation)
    {
        if (!IsOlder(client.Daemon.DaemonVersion))
            return client;
        if (Environment.GetEnvironmentVariable(Wish) is "1" or "true")
        {
            try
            {
                await new Upgrade(Environment.ProcessPath!, force: false).RunAsync(cancellation);
                await client.DisposeAsync();
                return await connect();
            }
            catch (HoldfastException e)
            {
                // What was asked for works with the older daemon as well.
                ErrorReport.Tell(e, json: false);
                return client;
            }
        }
        StandardOutput.WriteErrorLine($"holdfast: the running daemon is of version {client.Daemon.DaemonVersion}, this command of {BuildFacts.Version}");
        StandardOutput.WriteErrorLine($"hint: `holdfast daemon upgrade` replaces it, sessions go on; {Wish}=1 lets every newer command do so");
        return client;
    }

    // Builds of one version have no order; a version that is no number is somebody's own.
    private static bool IsOlder(string daemon) =>
        Version.TryParse(daemon, out var running) && Version.TryParse(BuildFacts.Version, out var own) && running < own;
}
