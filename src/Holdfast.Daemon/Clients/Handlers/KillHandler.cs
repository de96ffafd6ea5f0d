using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Daemon.Clients.Handlers;

/// <summary>Kill: ends the program, SIGKILL after a time, and answers when it has ended. An exited session is forgotten.</summary>
public static class KillHandler
{
    public static async Task<Envelope> HandleAsync(RequestServices services, ClientConnection connection, KillRequest request)
    {
        var session = services.Sessions.Find(request.Session);
        if (!request.Takeover)
            session.Owner.Check(connection, request.OwnerEpoch);
        if (session.IsAlive)
        {
            var timeout = request.TimeoutMs == 0 ? services.Options.KillTimeout : TimeSpan.FromMilliseconds(request.TimeoutMs);
            await services.Life.KillAsync(session, timeout);
            return new Envelope { KillAnswer = new KillAnswer { Session = session.Describe() } };
        }
        var info = session.Describe();
        await services.Life.FinalizeAsync(session);
        info.State = SessionState.Finalized;
        return new Envelope { KillAnswer = new KillAnswer { Session = info } };
    }
}
