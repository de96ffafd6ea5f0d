using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Daemon.Clients.Handlers;

/// <summary>Stop: ends or replaces the daemon, as far as its living sessions allow.</summary>
public static class StopHandler
{
    public static async Task<Envelope> HandleAsync(RequestServices services, StopRequest request)
    {
        if (request.Mode == StopMode.StopIfIdle && services.Sessions.All.Count(s => s.IsAlive) is var alive and > 0)
            throw new HoldfastException(ErrorCode.SessionsAlive, alive == 1 ? "a session is alive" : $"{alive} sessions are alive");
        await services.Stop(request.Mode);
        return new Envelope { StopAnswer = new StopAnswer() };
    }
}
