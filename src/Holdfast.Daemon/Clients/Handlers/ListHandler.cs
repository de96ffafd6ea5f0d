using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Daemon.Clients.Handlers;

/// <summary>List: every session, oldest first.</summary>
public static class ListHandler
{
    public static Envelope Handle(RequestServices services)
    {
        var answer = new ListAnswer();
        foreach (var session in services.Sessions.All.OrderBy(s => s.Record.Session.CreatedAtMs))
            answer.Sessions.Add(session.Describe());
        return new Envelope { ListAnswer = answer };
    }
}
