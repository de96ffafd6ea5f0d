using Holdfast.Daemon.Sessions;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Daemon.Clients.Handlers;

/// <summary>What must hold before a request may change a session. Stateless.</summary>
public static class SessionCheck
{
    /// <exception cref="HoldfastException">SESSION_TERMINATING or SESSION_EXITED.</exception>
    public static void MustBeRunning(Session session)
    {
        if (session.State == SessionState.Terminating)
            throw new HoldfastException(ErrorCode.SessionTerminating, $"session '{session.Name}' is being killed");
        if (!session.IsAlive)
            throw new HoldfastException(ErrorCode.SessionExited, $"session '{session.Name}' has ended");
    }
}
