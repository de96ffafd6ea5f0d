namespace Holdfast.DaemonRpc.Client;

/// <summary>
/// A command did not come to its own end: daemon, wire or handler failed. The code is stable, the message says what happened, the hint what to do, and the
/// exit code which layer it was.
/// </summary>
public sealed class DaemonException(string code, string message, string? hint, int exitCode, Exception? innerException = null)
    : Exception(message, innerException)
{
    public string Code { get; } = code;

    public string? Hint { get; } = hint;

    public int ExitCode { get; } = exitCode;
}
