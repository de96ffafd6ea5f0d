using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Daemon.Clients.Handlers;

/// <summary>Wait: answers when the program has ended and its output was drained; not at all where the wait was given up.</summary>
public static class WaitHandler
{
    public static async Task<Envelope> HandleAsync(RequestServices services, ClientConnection connection, Envelope request)
    {
        var session = services.Sessions.Find(request.Wait.Session);
        if (session.IsAlive && !await connection.Waits.ForAsync(request.RequestId, session.Exited.Task))
            return RequestRouter.NoAnswer;
        return new Envelope { WaitAnswer = new WaitAnswer { Session = session.Describe() } };
    }
}
