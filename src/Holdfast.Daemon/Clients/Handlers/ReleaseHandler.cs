using Holdfast.Protocol.V1;

namespace Holdfast.Daemon.Clients.Handlers;

/// <summary>Release: the owner gives the session up and goes on watching.</summary>
public static class ReleaseHandler
{
    public static Envelope Handle(RequestServices services, ClientConnection connection, ReleaseRequest request)
    {
        services.Sessions.Find(request.Session).Owner.Release(connection, request.OwnerEpoch);
        return new Envelope { ReleaseAnswer = new ReleaseAnswer() };
    }
}
