using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Client.Connection;

/// <summary>The failures a client reports by itself: every text in one place. Stateless.</summary>
internal static class Faults
{
    public static HoldfastException NoDaemon(TimeSpan deadline) =>
        new(ErrorCode.DaemonUnavailable, $"no daemon answered within {deadline.TotalSeconds:0.#} s", null);

    public static HoldfastException Ended() =>
        new(ErrorCode.DaemonUnavailable, "the connection to the daemon has ended", null);

    public static HoldfastException Stopped() =>
        new(ErrorCode.DaemonUnavailable, "the daemon was stopped", "The next `holdfast` command that needs it starts it again.");

    public static HoldfastException MayHaveHappened(string request) =>
        new(
            ErrorCode.DaemonUnavailable,
            $"the daemon ended before it answered: the {request} may or may not have been delivered",
            "Look at the session before you try again.");

    public static HoldfastException UnexpectedAnswer(Envelope.BodyOneofCase got) =>
        new(ErrorCode.ProtoMalformed, $"the daemon answered with {got}, which is no answer to this request", null);

    public static HoldfastException Detached() =>
        new(ErrorCode.NotAttached, "the session was detached before this input was acknowledged", null);

    public static HoldfastException AttachedTwice(string session) =>
        new(ErrorCode.Usage, $"this client is attached to {session} already", "Detach first, or use another client.");

    public static HoldfastException InputRefused(ErrorCode code, ulong offset) =>
        code == ErrorCode.SessionExited
            ? new(code, "the session has ended: it takes no input", null)
            : new(code, $"the daemon refused input at offset {offset}", null);
}
