using Holdfast.Daemon.Config;
using Holdfast.Daemon.Loop;
using Holdfast.Daemon.Upgrades;
using Holdfast.DaemonRpc.Lifecycle;
using Holdfast.Linux;
using Holdfast.Linux.Processes;
using Holdfast.Linux.Sockets;
using Holdfast.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Holdfast.Daemon;

/// <summary>Entry of <c>holdfast daemon run</c>: what the keeper starts, with its end of the control channel as descriptor 3.</summary>
public static class DaemonProgram
{
    private const int ControlDescriptor = 3;
    private const int Usage = 64;

    public static int Run(string[] args)
    {
        if (args.Contains(PreflightAnswer.Option))
            return PreflightAnswer.Run(args);
        if (!Directory.Exists($"/proc/self/fd/{ControlDescriptor}") && !File.Exists($"/proc/self/fd/{ControlDescriptor}"))
        {
            Console.Error.WriteLine("holdfast: the daemon is run by its keeper (USAGE)\nhint: use `holdfast daemon start`");
            return Usage;
        }
        var paths = DaemonPaths.FromEnvironment();
        DaemonOptions options;
        try
        {
            options = OptionSource.Load(paths.ConfigFile, Environment.GetEnvironmentVariable);
        }
        catch (HoldfastException e)
        {
            Console.Error.WriteLine($"holdfast: {e.Message} ({e.CodeName})\nhint: {e.Hint}");
            return e.ExitCode;
        }
        CurrentProcess.Begin();
        using var logging = LoggerFactory.Create(builder => Configure(builder, options));
        using var loop = new DaemonLoop();
        SynchronizationContext.SetSynchronizationContext(loop);
        var channel = new FdChannel(new Fd(ControlDescriptor));
        channel.Fd.SetCloseOnExec(true);
        var host = new DaemonHost(loop, options, paths, logging.CreateLogger("holdfast"));
        host.Begin(channel);
        loop.Run();
        return host.ExitCode;
    }

    // Standard error is the log file that the keeper opened: what the runtime says of a crash lands in the same place.
    private static void Configure(ILoggingBuilder builder, DaemonOptions options)
    {
        builder.SetMinimumLevel(Enum.Parse<LogLevel>(options.LogLevel, ignoreCase: true));
        builder.AddJsonConsole(json =>
        {
            json.UseUtcTimestamp = true;
            json.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
        });
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }
}
