using System.Globalization;
using Holdfast.Keeper;
using Holdfast.Linux.Processes;

// First of all: descriptors 0 to 2, working directory, SIGCHLD, subreaper, descriptor limit.
var soft = CurrentProcess.Begin();
var log = new KeeperLog();
try
{
    var options = KeeperOptions.Parse(args);
    // In a takeover the limit found is the daemon's raised one; the first keeper passed the original on.
    if (ulong.TryParse(Environment.GetEnvironmentVariable(DaemonProgram.OriginalLimitVariable), NumberStyles.None, CultureInfo.InvariantCulture, out var original) && options.Adopt)
        soft = original;
    return new KeeperLoop(options, new ChildLimits(soft, CurrentProcess.DescriptorLimit.Hard), log).Run();
}
catch (FormatException e)
{
    log.Error($"usage {e.Message}");
    return 64;
}
catch (Exception e)
{
    // The daemon notices by the pidfd and starts another keeper; what was kept lives on in it.
    log.Error($"keeper-failed {e}");
    return 70;
}
