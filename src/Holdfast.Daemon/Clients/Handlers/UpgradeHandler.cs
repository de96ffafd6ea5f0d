using Holdfast.Protocol.V1;

namespace Holdfast.Daemon.Clients.Handlers;

/// <summary>Upgrade: checks and prepares the new programs, and then leaves the place to them.</summary>
public static class UpgradeHandler
{
    public static async Task<Envelope> HandleAsync(RequestServices services, UpgradeRequest request)
    {
        var answer = await services.Upgrade.PrepareAsync(request);
        if (!answer.Unchanged)
            await services.Stop(StopMode.StopRestart);
        return new Envelope { UpgradeAnswer = answer };
    }
}
