using Holdfast.Cli.Sessions;
using Holdfast.DaemonRpc.Lifecycle;
using Holdfast.Linux.Keeping;
using Holdfast.Linux.Processes;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Cli.Health;

/// <summary>Looks at keeper and daemon without starting or changing anything, and without trusting that the daemon answers. Stateless.</summary>
internal static class HealthProbe
{
    // A daemon that works answers within a millisecond; one that is restored or replaced just now within this.
    private static readonly TimeSpan AnswerDeadline = TimeSpan.FromSeconds(2);

    public static async Task<HealthFinding> LookAsync(CancellationToken cancellation)
    {
        var paths = DaemonPaths.FromEnvironment();
        var (status, silence) = await AskAsync(cancellation);
        var keeper = status?.KeeperPid ?? EndpointRecord.TryRead(paths.EndpointFile)?.KeeperPid;
        BeatReading? beat = keeper is { } pid && BeatReading.TryRead(pid, out var reading) ? reading : null;
        var daemon = status?.DaemonPid ?? (beat is { } b && IsAlive(b.DaemonPid) ? b.DaemonPid : null);
        // From a container the page of the daemon outside cannot be read; its answer tells as much.
        var age = beat?.Age ?? (status?.Health is { } health ? TimeSpan.FromMilliseconds(health.HeartbeatAgeMs) : null);
        return new HealthFinding(keeper, daemon, daemon is not null, daemon is null ? null : age, status, silence, LogErrors.Count(paths.DaemonLog));
    }

    private static bool IsAlive(int pid) => ProcessFacts.TryRead(pid, out var facts) && !facts.IsDead;

    private static async Task<(StatusAnswer? Status, string Silence)> AskAsync(CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(AnswerDeadline);
        try
        {
            await using var client = await DaemonAccess.FindAsync(reconnect: false, limit.Token);
            return client is null ? (null, "no daemon is running") : (await client.StatusAsync(limit.Token), "this daemon does not tell");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (null, $"the daemon does not answer within {AnswerDeadline.TotalSeconds:0} s");
        }
        catch (HoldfastException e)
        {
            return (null, e.Message);
        }
    }
}
