using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Daemon.Clients.Handlers;

/// <summary>Inspect: one session.</summary>
public static class InspectHandler
{
    public static Envelope Handle(RequestServices services, InspectRequest request) =>
        new() { InspectAnswer = new InspectAnswer { Session = services.Sessions.Find(request.Session).Describe() } };
}
