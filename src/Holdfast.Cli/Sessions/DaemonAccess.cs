using Holdfast.Client;
using Holdfast.DaemonRpc.Lifecycle;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Cli.Sessions;

/// <summary>How a command reaches the daemon: starting one, or never. Stateless.</summary>
internal static class DaemonAccess
{
    private const string Keeper = "holdfast-keeper";

    /// <summary>Connects, and starts keeper and daemon where there are none.</summary>
    public static async Task<HoldfastClient> StartAsync(CancellationToken cancellation) =>
        await OlderDaemon.LookAsync(await HoldfastClient.ConnectAsync(Options(true), cancellation), () => HoldfastClient.ConnectAsync(Options(true), cancellation), cancellation);

    /// <summary>Connects to the successor of a daemon that leaves, however long that takes to serve.</summary>
    public static Task<HoldfastClient> FollowAsync(TimeSpan deadline, CancellationToken cancellation) =>
        HoldfastClient.ConnectAsync(Options(true) with { ConnectDeadline = deadline }, cancellation);

    /// <summary>Connects to what is there; <c>null</c> where nothing is.</summary>
    public static async Task<HoldfastClient?> FindAsync(bool reconnect, CancellationToken cancellation)
    {
        try
        {
            return await HoldfastClient.ConnectAsync(Options(false) with { Reconnect = reconnect }, cancellation);
        }
        catch (HoldfastException e) when (e is { Code: ErrorCode.DaemonUnavailable, InnerException: LifecycleException })
        {
            return null;
        }
    }

    /// <summary>Connects where there are sessions: also those that a lost daemon left in the journal, for which one is started.</summary>
    public static async Task<HoldfastClient?> FindSessionsAsync(bool reconnect, CancellationToken cancellation)
    {
        var start = Options(true) with { Reconnect = reconnect };
        var client = await FindAsync(reconnect, cancellation)
            ?? (HasJournal() ? await HoldfastClient.ConnectAsync(start, cancellation) : null);
        return client is null ? null : await OlderDaemon.LookAsync(client, () => HoldfastClient.ConnectAsync(start, cancellation), cancellation);
    }

    /// <inheritdoc cref="WithSessionAsync(string, Func{HoldfastClient, Task{int}}, bool, CancellationToken)"/>
    public static Task<int> WithSessionAsync(string session, Func<HoldfastClient, Task<int>> act, CancellationToken cancellation) =>
        WithSessionAsync(session, act, reconnect: true, cancellation);

    /// <summary>Runs something on one session; an unknown name is told with the nearest one there is.</summary>
    public static async Task<int> WithSessionAsync(
        string session, Func<HoldfastClient, Task<int>> act, bool reconnect, CancellationToken cancellation)
    {
        await using var client = await FindSessionsAsync(reconnect, cancellation) ?? throw Gone(session, []);
        try
        {
            return await act(client);
        }
        catch (HoldfastException e) when (e.Code == ErrorCode.SessionGone)
        {
            throw Gone(session, await client.ListAsync(cancellation));
        }
    }

    /// <summary>The failure for a name that is not there.</summary>
    public static HoldfastException Gone(string session, IEnumerable<SessionInfo> known) => new(
        ErrorCode.SessionGone,
        $"there is no session {session}",
        NearestName.Of(session, known.Select(s => s.Name)) is { } nearest ? $"Did you mean {nearest}? `holdfast ls` shows what is there." : null);

    private static bool HasJournal()
    {
        var sessions = DaemonPaths.FromEnvironment().SessionsDirectory;
        return Directory.Exists(sessions) && Directory.EnumerateDirectories(sessions).Any(d => !Path.GetFileName(d).StartsWith('.'));
    }

    private static HoldfastClientOptions Options(bool start)
    {
        var paths = DaemonPaths.FromEnvironment();
        var self = Environment.ProcessPath ?? throw new HoldfastException(ErrorCode.Internal, "the path of this program is not known");
        return new HoldfastClientOptions
        {
            Paths = paths,
            ReadOnReceiveLoop = true,
            ClientName = $"holdfast-cli pid {Environment.ProcessId}",
            Starter = start
                ? new StarterOptions { KeeperBinary = Path.Combine(Path.GetDirectoryName(self)!, Keeper), DaemonBinary = self, Paths = paths }
                : null,
        };
    }
}
