using Holdfast.Linux;
using Holdfast.Linux.Processes;

namespace Holdfast.Keeper;

/// <summary>
/// The first steps of a keeper that was executed in place of another: whatever throws here leads back to the former program. Stateless;
/// Main's thread.
/// </summary>
internal static class KeeperResumption
{
    /// <summary>A loop that goes on where the former program was; the daemon was told.</summary>
    public static KeeperLoop Resume(KeeperOptions options, Fd file, ulong hardLimit, KeeperLog log)
    {
        ProgramImage.SetName("holdfast-keeper");
        file.SetCloseOnExec(on: true);
        var state = StateFile.Read(file);
        KeeperImage.Keep(state);
        var loop = new KeeperLoop(options, new ChildLimits(state.SoftLimit, hardLimit), log);
        loop.Resume(state);
        // The loop listens to them by now.
        SignalMask.UnblockRequestsToEnd();
        loop.Greet(state);
        file.Dispose();
        return loop;
    }
}
