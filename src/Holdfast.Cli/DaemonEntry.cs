namespace Holdfast.Cli;

/// <summary>The one place where the command line becomes the daemon. Stateless.</summary>
internal static class DaemonEntry
{
#if HOLDFAST_DAEMON
    public static int Run(string[] args) => Holdfast.Daemon.DaemonProgram.Run(args);
#else
    private const int Unavailable = 69;

    public static int Run(string[] args)
    {
        _ = args;
        return Unavailable;
    }
#endif
}
