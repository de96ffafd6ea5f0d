using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Daemon.Clients.Handlers;

/// <summary>Wait: answers when the program has ended and its output was drained.</summary>
public static class WaitHandler
{
    public static async Task<Envelope> HandleAsync(RequestServices services, WaitRequest request)
    {
        var session = services.Sessions.Find(request.Session);
        if (session.IsAlive)
            await session.Exited.Task;
        return new Envelope { WaitAnswer = new WaitAnswer { Session = session.Describe() } };
    }
}
