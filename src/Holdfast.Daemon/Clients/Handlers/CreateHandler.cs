using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Daemon.Clients.Handlers;

/// <summary>Create: makes a session, or finds the one this very request had made before its connection was lost.</summary>
public static class CreateHandler
{
    public static async Task<Envelope> HandleAsync(RequestServices services, CreateRequest request)
    {
        var session = await services.Creator.CreateAsync(request);
        return new Envelope { CreateAnswer = new CreateAnswer { Session = session.Describe() } };
    }
}
