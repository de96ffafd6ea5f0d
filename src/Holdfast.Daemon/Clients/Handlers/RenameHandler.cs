using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Daemon.Clients.Handlers;

/// <summary>Rename: another name for the same session.</summary>
public static class RenameHandler
{
    public static Envelope Handle(RequestServices services, ClientConnection connection, RenameRequest request)
    {
        var session = services.Sessions.Find(request.Session);
        // A name changes nothing for who works in the session: anybody may give one, unless it was meant under an epoch that is over.
        if (request.OwnerEpoch != 0)
            session.Owner.Check(connection, request.OwnerEpoch);
        if (SessionName.Check(request.Name) is { } code)
            throw new HoldfastException(code, $"the name '{request.Name}' is not possible");
        if (session.Name != request.Name)
        {
            if (services.Sessions.ByName(request.Name) is not null)
                throw new HoldfastException(ErrorCode.NameTaken, $"a session '{request.Name}' is there already");
            services.Life.Rename(session, request.Name);
        }
        return new Envelope { RenameAnswer = new RenameAnswer { Session = session.Describe() } };
    }
}
