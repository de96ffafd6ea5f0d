using Holdfast.Daemon.Flow;
using Holdfast.Daemon.Sessions;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Daemon.Clients.Handlers;

/// <summary>Attach: from where output will follow, and where this client's input stands. Output begins behind the answer.</summary>
public static class AttachHandler
{
    public static Envelope Handle(RequestServices services, ClientConnection connection, AttachRequest request)
    {
        var session = services.Sessions.Find(request.Session);
        var ring = session.Ring;
        var offset = request.FromCase switch
        {
            AttachRequest.FromOneofCase.Start => ring.RetainedFrom,
            AttachRequest.FromOneofCase.Offset => request.Offset,
            _ => ring.Head,
        };
        if (offset > ring.Head)
            throw new HoldfastException(ErrorCode.OffsetNotHeld, $"offset {offset} lies beyond the head {ring.Head}");
        if (connection.Role != Role.Control && request.As is (AttachAs.AsOwner or AttachAs.AsTakeover))
            throw new HoldfastException(ErrorCode.RoleForbidden, "a stream connection cannot be the owner");
        session.Owner.Attach(connection, request);
        if (session.Owner.IsOwner(connection))
            TakeSize(services, session, request.Size);
        var loan = request.FromCase == AttachRequest.FromOneofCase.NoOutput ? null : TerminalLoan.TryTake(connection, request.Lends);
        if (request.FromCase == AttachRequest.FromOneofCase.NoOutput)
            session.Subscribers.AddInputOnly(connection);
        else
            session.Subscribers.Add(connection, offset, ScreenWish.Of(request), request.Acks, loan);
        connection.Attach(session);
        var answer = new AttachAnswer
        {
            Session = session.Describe(),
            Offset = offset,
            Owner = session.Owner.IsOwner(connection),
            OwnerEpoch = session.Owner.Epoch,
            Lends = loan is not null,
        };
        if (connection.Role == Role.Control)
            answer.Input = InputOf(session.Input.Open(connection));
        foreach (var entry in ring.Sizes.From(offset))
            answer.Resizes.Add(new Resize { Offset = entry.Offset, Size = new TerminalSize { Cols = entry.Cols, Rows = entry.Rows } });
        return new Envelope { AttachAnswer = answer };
    }

    // Before the screen is drawn: it is drawn for this terminal.
    private static void TakeSize(RequestServices services, Session session, TerminalSize? size)
    {
        if (size is null || session.State != SessionState.Running || session.Pty is null || size.Equals(session.Record.Session.Size))
            return;
        if (!ProtocolLimits.IsTerminalSize(size.Cols, size.Rows))
            throw new HoldfastException(ErrorCode.SizeInvalid, $"the size {size.Cols}x{size.Rows} is out of range");
        services.Life.Resize(session, size);
    }

    /// <summary>The answer was sent: now what is held of the output.</summary>
    public static void Begin(RequestServices services, ClientConnection connection, AttachAnswer answer)
    {
        if (!connection.IsEnding && services.Sessions.ById(answer.Session.Id) is { } session)
            session.Subscribers.Begin(connection);
    }

    internal static InputPosition InputOf(Input.InputLane lane) => new()
    {
        Accepted = lane.Accepted,
        Uncertain = lane.Uncertain,
        Window = ProtocolLimits.InputWindowBytes,
    };
}
