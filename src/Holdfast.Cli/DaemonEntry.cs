namespace Holdfast.Cli;

/// <summary>The one place where the command line becomes the daemon. Stateless.</summary>
internal static class DaemonEntry
{
    public static int Run(string[] args) => Holdfast.Daemon.DaemonProgram.Run(args);
}
