using Holdfast.Protocol;
using Holdfast.Daemon.Sessions;
using Holdfast.Protocol.V1;

namespace Holdfast.Daemon.Clients.Handlers;

/// <summary>Inspect: one session.</summary>
public static class InspectHandler
{
    public static Envelope Handle(RequestServices services, InspectRequest request) =>
        new() { InspectAnswer = new InspectAnswer { Session = Describe(services.Sessions.Find(request.Session)) } };

    private static SessionInfo Describe(Session session)
    {
        var info = session.Describe();
        info.Attached.AddRange(session.Subscribers.Describe());
        return info;
    }
}
