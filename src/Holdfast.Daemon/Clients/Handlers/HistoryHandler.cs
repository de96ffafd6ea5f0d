using Google.Protobuf;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Daemon.Clients.Handlers;

/// <summary>History: a range of output that the ring still holds, in pieces of bounded size.</summary>
public static class HistoryHandler
{
    public static Envelope Handle(RequestServices services, HistoryRequest request)
    {
        var session = services.Sessions.Find(request.Session);
        var ring = session.Ring;
        if (request.From < ring.RetainedFrom || request.From > ring.Head)
            throw new HoldfastException(ErrorCode.OffsetNotHeld, $"offset {request.From} is not in the range held, {ring.RetainedFrom} to {ring.Head}");
        var most = request.MaxBytes is 0 or > ProtocolLimits.MaxHistoryBytes ? ProtocolLimits.MaxHistoryBytes : (int)request.MaxBytes;
        var length = (int)Math.Min((ulong)most, ring.Head - request.From);
        var answer = new HistoryAnswer { Offset = request.From, Head = ring.Head, RetainedFrom = ring.RetainedFrom };
        if (length > 0)
            answer.Data = ByteString.CopyFrom(ring.Read(request.From, length));
        return new Envelope { HistoryAnswer = answer };
    }
}
