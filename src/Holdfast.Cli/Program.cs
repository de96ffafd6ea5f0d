using Holdfast.Cli.Commands;

namespace Holdfast.Cli;

/// <summary>The entry of `holdfast`: the daemon where it is asked for by name, the command line otherwise. One per process.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        // Before anything else is set up: a restart of the daemon must not pay for the command line.
        if (args is ["daemon", "run", .. var rest] && !rest.Contains("--help"))
            return DaemonEntry.Run(rest);
        return new CommandLine(args).Run();
    }
}
