using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Client.Connection;

/// <summary>The failures a client reports by itself: every text in one place. Stateless.</summary>
internal static class Faults
{
    public static HoldfastException NoDaemon(TimeSpan deadline) =>
        new(ErrorCode.DaemonUnavailable, $"no daemon answered within {deadline.TotalSeconds:0.#} s", null);

    public static HoldfastException Ended() =>
        new HoldfastException(ErrorCode.DaemonUnavailable, "the connection to the daemon has ended").Within(FailureScope.Client);

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
        new HoldfastException(ErrorCode.NotAttached, "the session was detached before this input was acknowledged").Within(FailureScope.Attachment);

    public static HoldfastException AttachedTwice(string session) =>
        new(ErrorCode.Usage, $"this client is attached to {session} already", "Detach first, or use another client.");

    public static HoldfastException OutputGap(ulong from, ulong to) =>
        new(ErrorCode.OutputGap, $"output from {from} to {to} was overwritten before it could be read");

    public static HoldfastException InputRefused(ErrorCode code, ulong offset)
    {
        var what = code == ErrorCode.SessionExited ? "the session has ended: it takes no input" : $"the daemon refused input at offset {offset}";
        return new HoldfastException(code, what).Within(FailureScope.Input);
    }

    public static HoldfastException NotInstalled(string binary) =>
        new(
            ErrorCode.DaemonStartFailed,
            $"there is no {binary}, or no holdfast-keeper beside it",
            "Install holdfast, put it on the PATH, or name it with the option Binary.");
}
