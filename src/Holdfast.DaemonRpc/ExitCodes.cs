namespace Holdfast.DaemonRpc;

/// <summary>Exit codes of failures that are not the handler's own answer: those of sysexits.h, and the shell's for signals.</summary>
public static class ExitCodes
{
    /// <summary>The command's text is larger than the limit (EX_DATAERR).</summary>
    public const int TooLarge = 65;

    /// <summary>No daemon could be reached or started; nothing was begun (EX_UNAVAILABLE).</summary>
    public const int Unavailable = 69;

    /// <summary>The handler failed with an exception (EX_SOFTWARE).</summary>
    public const int HandlerFailed = 70;

    /// <summary>The daemon was lost while the command ran: it may have been done in part (EX_OSERR).</summary>
    public const int DaemonLost = 71;

    /// <summary>The output cannot be written: its disk is full, for example (EX_IOERR).</summary>
    public const int OutputFailed = 74;

    /// <summary>Too many commands, or a stopping daemon; the same call may succeed later (EX_TEMPFAIL).</summary>
    public const int Busy = 75;

    /// <summary>What answers is no daemon of ours, or of a version that will not yield (EX_PROTOCOL).</summary>
    public const int Protocol = 76;

    /// <summary>The directories are not to be trusted or not to be written (EX_NOPERM).</summary>
    public const int NoPermission = 77;

    /// <summary>The command ran longer than the daemon allows (as timeout(1)).</summary>
    public const int TimedOut = 124;

    /// <summary>Cancelled by Ctrl-C (128 + SIGINT).</summary>
    public const int Cancelled = 130;

    /// <summary>Nobody reads our output any more (128 + SIGPIPE).</summary>
    public const int OutputClosed = 141;
}
