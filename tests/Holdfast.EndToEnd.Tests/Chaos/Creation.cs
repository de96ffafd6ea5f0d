using Holdfast.Client;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.EndToEnd.Tests.Chaos;

/// <summary>Creates sessions as a careful program does: what was refused for a passing reason is asked again. Stateless.</summary>
internal static class Creation
{
    public static async Task<SessionInfo> CreateAsync(this HoldfastClient client, ChaosRun run, CreateRequest request)
    {
        while (true)
        {
            try
            {
                return await client.CreateAsync(request.Clone());
            }
            catch (HoldfastException e) when (e is { Code: ErrorCode.KeeperUnavailable, IsRetryable: true })
            {
                // The keeper was killed with the program half started: nothing of it may live.
                _ = e;
                run.Count("creations refused");
            }
        }
    }
}
