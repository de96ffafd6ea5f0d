using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Daemon.Clients.Handlers;

/// <summary>Ack: the client has dealt with output frames; the connection that got them or another one of the same client says so.</summary>
public static class AckHandler
{
    public static Envelope Handle(RequestServices services, ClientConnection connection, AckRequest request)
    {
        if (request.Count < 0)
            throw new HoldfastException(ErrorCode.AckInvalid, $"{request.Count} is no number of frames");
        var session = services.Sessions.ByNumber(request.Session)
            ?? throw new HoldfastException(ErrorCode.SessionGone, $"there is no session number {request.Session}");
        var subscriber = session.Subscribers.Acknowledge(connection, (ulong)request.Count)
            ?? throw new HoldfastException(ErrorCode.NotAttached, $"this client gets no output of session '{session.Name}'");
        return new Envelope { AckAnswer = new AckAnswer { Pending = subscriber.Flow.Pending, Level = subscriber.Flow.Level } };
    }
}
