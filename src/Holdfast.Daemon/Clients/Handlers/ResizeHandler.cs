using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Daemon.Clients.Handlers;

/// <summary>Resize: sets the terminal's size, recorded at the output's present end.</summary>
public static class ResizeHandler
{
    public static Envelope Handle(RequestServices services, ClientConnection connection, ResizeRequest request)
    {
        var session = services.Sessions.Find(request.Session);
        var size = request.Size ?? new TerminalSize();
        if (!ProtocolLimits.IsTerminalSize(size.Cols, size.Rows))
            throw new HoldfastException(ErrorCode.SizeInvalid, $"the size {size.Cols}x{size.Rows} is out of range");
        session.Owner.Check(connection, request.OwnerEpoch);
        SessionCheck.MustBeRunning(session);
        return new Envelope { ResizeAnswer = new ResizeAnswer { Offset = services.Life.Resize(session, size) } };
    }
}
