using Holdfast.Linux.Events;
using Holdfast.Linux.Processes;

namespace Holdfast.Keeper;

/// <summary>
/// Learns how kept processes end, without reaping them: the zombie is the record of its exit until a daemon has written that down.
/// Owned by the keeper's loop for its life; that thread alone.
/// </summary>
internal sealed class ExitWatch(Reactor reactor, EntryStore store, Action<KeptProcess> exited)
{
    // The status of a process that is not our child can be read only after its parent reaped it, which takes that parent a moment.
    private static readonly TimeSpan RetryEvery = TimeSpan.FromMilliseconds(50);
    private const int MaxRetries = 40;

    // Processes that nobody names any more; reaped as soon as they end.
    private readonly HashSet<KeptProcess> _unnamed = [];

    public void Watch(KeptProcess process)
    {
        Registration? registration = null;
        // A pidfd stays readable for ever: one look is enough.
        registration = reactor.Add(process.Handle.Fd, Readiness.Readable, new WhenReady(() =>
        {
            registration!.Dispose();
            Query(process, 0);
        }));
    }

    /// <summary>Lets go of a process whose entry is gone; it is reaped when it ends.</summary>
    public void Forget(KeptProcess process)
    {
        if (process.Exit is null)
            _unnamed.Add(process);
        else
            Reap(process);
    }

    /// <summary>Frees the pid of a process that ended, where that is ours to do, and closes its descriptor.</summary>
    public void Reap(KeptProcess process)
    {
        process.Handle.QueryChild(reap: true, out _);
        store.Release([process.Handle.Fd]);
    }

    /// <summary>What nobody names any more and has not ended.</summary>
    public IEnumerable<KeptProcess> Unnamed => _unnamed;

    public bool IsUnnamed(int pid) => _unnamed.Any(p => p.Pid == pid);

    private void Query(KeptProcess process, int tries)
    {
        var answer = process.Handle.QueryChild(reap: false, out var status);
        var ours = answer != ExitQuery.NotOurChild;
        if (!ours)
            answer = process.Handle.QueryStranger(process.Pid, out status);
        if (answer == ExitQuery.Known)
            Ended(process, status);
        else if (ours || tries < MaxRetries)
            // A child of ours that ended and cannot be read is in the hands of a debugger, for as long as that likes.
            reactor.After(RetryEvery, () => Query(process, tries + 1));
        else
            Ended(process, ExitStatus.Unknown);
    }

    private void Ended(KeptProcess process, ExitStatus status)
    {
        process.Exit = status;
        if (_unnamed.Remove(process))
            Reap(process);
        else
            exited(process);
    }
}
