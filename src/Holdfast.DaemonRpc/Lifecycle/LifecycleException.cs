namespace Holdfast.DaemonRpc.Lifecycle;

/// <summary>
/// The daemon can be neither found nor started, or its directories are not to be trusted; after it nothing was changed and a later
/// attempt may succeed. The code is stable, the message says what happened, the hint what to do.
/// </summary>
public sealed class LifecycleException(string code, string message, string? hint = null, Exception? innerException = null)
    : Exception(message, innerException)
{
    public string Code { get; } = code;

    public string? Hint { get; } = hint;

    internal static LifecycleException Unsafe(string path, string what, string? choose) =>
        new("RUNTIME_DIR_UNSAFE", $"{path} {what}", "remove it or correct its owner and mode (0700), or " + (choose ?? "set HOLDFAST_RUNTIME_DIR and HOLDFAST_STATE_DIR"));

    internal static LifecycleException DiskFull(string what, Exception? inner = null) => new("DAEMON_START_FAILED", what, "the disk is full: make room", inner);

    internal static LifecycleException Denied(string path, string call, Linux.Errno error) =>
        error == Linux.Errno.ENOSPC ? DiskFull($"{call} {path}: {error}") : new("PERMISSION_DENIED", $"{call} {path}: {error}", "check the owner and the mode of what was named");

    internal static LifecycleException PathTooLong(IDaemonPlace place) =>
        new("SOCKET_PATH_TOO_LONG", $"{place.Socket} is longer than a socket's path may be ({Linux.Sockets.UnixSocket.MaxPathBytes} bytes)", place.Hints.ChooseDirectory);

    internal static LifecycleException FilesTooSmall(ulong limit) =>
        new("FILE_SIZE_LIMIT", $"the daemon would inherit a file-size limit of {limit} bytes", "raise it with `ulimit -f unlimited`");

    internal static LifecycleException NobodyAnswers(IDaemonPlace place) =>
        new("DAEMON_UNAVAILABLE", $"no daemon answers at {place.Socket}", place.Hints.Start);

    internal static LifecycleException StartFailed(string what, string logs) =>
        new("DAEMON_START_FAILED", logs.Length == 0 ? $"{what}; nothing was logged" : $"{what}; its log ends:\n{logs}");
}
