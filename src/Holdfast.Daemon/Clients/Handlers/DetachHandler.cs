using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Daemon.Clients.Handlers;

/// <summary>Detach: no more output, events or input of this session on this connection.</summary>
public static class DetachHandler
{
    public static Envelope Handle(RequestServices services, ClientConnection connection, DetachRequest request)
    {
        var session = services.Sessions.Find(request.Session);
        session.Subscribers.Remove(connection);
        session.Input.Close(connection);
        session.Owner.Detach(connection, vanished: false);
        connection.Forget(session);
        return new Envelope { DetachAnswer = new DetachAnswer() };
    }
}
