using Holdfast.Daemon.Screen;
using Holdfast.Protocol.V1;

namespace Holdfast.Daemon.Clients.Handlers;

/// <summary>Snapshot: the screen as of now, in as many answers as it takes; all but the last are sent from here.</summary>
public static class SnapshotHandler
{
    public static Envelope Handle(RequestServices services, ClientConnection connection, Envelope request)
    {
        var last = new SnapshotAnswer();
        foreach (var answer in ScreenSnapshot.Answer(services.Sessions.Find(request.Snapshot.Session), request.Snapshot))
        {
            if (answer.More)
                connection.Send(new Envelope { RequestId = request.RequestId, SnapshotAnswer = answer });
            else
                last = answer;
        }
        return new Envelope { SnapshotAnswer = last };
    }
}
