using System.Globalization;
using Holdfast.Keeper;
using Holdfast.Linux;
using Holdfast.Linux.Processes;

// First of all: descriptors 0 to 2, working directory, SIGCHLD, subreaper, descriptor limit.
var soft = CurrentProcess.Begin();
var log = new KeeperLog();
KeeperLoop loop;
try
{
    var options = KeeperOptions.Parse(KeeperImage.Arguments(args));
    if (options.Preflight is { } asked)
        return Preflight.Answer(asked);
    // In a takeover the limit found is the daemon's raised one; the first keeper passed the original on.
    if (ulong.TryParse(Environment.GetEnvironmentVariable(DaemonProgram.OriginalLimitVariable), NumberStyles.None, CultureInfo.InvariantCulture, out var original) && options.Adopt)
        soft = original;
    var hard = CurrentProcess.DescriptorLimit.Hard;
    loop = options.Resume is { } number
        ? KeeperResumption.Resume(options, new Fd(number), hard, log)
        : new KeeperLoop(options, new ChildLimits(soft, hard), log);
}
catch (Exception e)
{
    log.Error(e is FormatException ? $"usage {e.Message}" : $"keeper-failed {e}");
    // Returns only where no other program was here before.
    KeeperImage.Return(args, $"{e.GetType().Name}: {e.Message}");
    return e is FormatException ? 64 : 70;
}
try
{
    return loop.Run();
}
catch (Exception e)
{
    // The daemon notices by the pidfd and starts another keeper; what was kept lives on in it.
    log.Error($"keeper-failed {e}");
    return 70;
}
