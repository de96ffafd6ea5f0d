using Holdfast.Linux.Processes;

namespace Holdfast.Kernel.Probe;

/// <summary>Runs one question, named by the first argument, and prints the answers as lines of KEY=VALUE. Lives for one answer.</summary>
internal static class Probe
{
    public static int Run(string[] arguments)
    {
        switch (arguments is [var question, ..] ? question : "")
        {
            case "begin":
                Begin();
                return 0;
            case "daemon":
                return StandInDaemon.Run();
            default:
                Console.Error.WriteLine("usage: Holdfast.Kernel.Probe begin");
                return 64;
        }
    }

    private static void Begin()
    {
        var found = CurrentProcess.Begin();
        var (soft, hard) = CurrentProcess.DescriptorLimit;
        Console.WriteLine($"found={found}");
        Console.WriteLine($"soft={soft}");
        Console.WriteLine($"hard={hard}");
    }
}
