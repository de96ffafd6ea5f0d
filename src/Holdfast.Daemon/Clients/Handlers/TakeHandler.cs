using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Daemon.Clients.Handlers;

/// <summary>Take: an attached connection becomes the owner without attaching anew; its input continues where the answer says.</summary>
public static class TakeHandler
{
    public static Envelope Handle(RequestServices services, ClientConnection connection, TakeRequest request)
    {
        var session = services.Sessions.Find(request.Session);
        if (session.Owner.PartOf(connection) is not { } part)
            throw new HoldfastException(ErrorCode.NotAttached, $"this connection is not attached to session '{session.Name}'");
        session.Owner.Take(connection, part, request.Force);
        return new Envelope
        {
            TakeAnswer = new TakeAnswer { OwnerEpoch = session.Owner.Epoch, Input = AttachHandler.InputOf(session.Input.Open(connection)) },
        };
    }
}
