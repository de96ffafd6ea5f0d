using Holdfast.Linux;
using Holdfast.Linux.Processes;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Daemon.Clients.Handlers;

/// <summary>Signal: to the session's program, or to its whole process group.</summary>
public static class SignalHandler
{
    public static async Task<Envelope> HandleAsync(RequestServices services, ClientConnection connection, SignalRequest request)
    {
        var session = services.Sessions.Find(request.Session);
        if (request.Signal is < 1 or > Signals.Maximum)
            throw new HoldfastException(ErrorCode.SignalInvalid, $"there is no signal {request.Signal}");
        session.Owner.Check(connection, request.OwnerEpoch);
        SessionCheck.MustBeRunning(session);
        var error = await services.Keeper.SignalAsync(session.Id, request.Signal, request.ProcessGroup);
        return error switch
        {
            Errno.None => new Envelope { SignalAnswer = new SignalAnswer() },
            Errno.ESRCH => throw new HoldfastException(ErrorCode.SessionExited, $"the program of session '{session.Name}' has ended"),
            Errno.EPERM => throw new HoldfastException(ErrorCode.PermissionDenied, $"the program of session '{session.Name}' may not be signalled"),
            _ => throw new HoldfastException(ErrorCode.KeeperUnavailable, $"the signal was not sent: {error}"),
        };
    }
}
