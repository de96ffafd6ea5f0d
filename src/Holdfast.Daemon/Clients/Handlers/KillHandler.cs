using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Daemon.Clients.Handlers;

/// <summary>Kill: ends every process of the session, SIGKILL after a time, and answers when none is left. An exited session is forgotten.</summary>
public static class KillHandler
{
    public static async Task<Envelope> HandleAsync(RequestServices services, ClientConnection connection, KillRequest request)
    {
        var session = services.Sessions.Find(request.Session);
        if (!request.Takeover)
            session.Owner.Check(connection, request.OwnerEpoch);
        var timeout = request.TimeoutMs == 0 ? services.Options.KillTimeout : TimeSpan.FromMilliseconds(request.TimeoutMs);
        if (session.IsAlive)
        {
            await services.Life.KillAsync(session, timeout);
            return new Envelope { KillAnswer = new KillAnswer { Session = session.Describe() } };
        }
        await services.Life.KillAsync(session, timeout);
        var info = session.Describe();
        await services.Life.FinalizeAsync(session);
        info.State = SessionState.Finalized;
        return new Envelope { KillAnswer = new KillAnswer { Session = info } };
    }
}
