using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Daemon.Clients.Handlers;

/// <summary>Status: what the daemon is and does.</summary>
public static class StatusHandler
{
    public static Envelope Handle(RequestServices services) => new() { StatusAnswer = services.Status() };
}
