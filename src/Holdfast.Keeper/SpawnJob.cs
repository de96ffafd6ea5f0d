using Holdfast.Linux;
using Holdfast.Linux.Memory;
using Holdfast.Linux.Processes;
using Holdfast.Linux.Spawn;

namespace Holdfast.Keeper;

/// <summary>What became of a start: the process, or why there is none.</summary>
internal readonly record struct SpawnOutcome(Errno Error, int Pid, PidFd? Handle);

/// <summary>
/// One program to start. Made on the loop, carried out once on a spawn thread, told of once on the loop. Owns its descriptors until the
/// spawn thread is done with them, however late that is.
/// </summary>
internal sealed class SpawnJob(ChildLimits limits, Action<SpawnOutcome> done)
{
    private int _lowered;

    public required ChildDescriptors Descriptors { get; init; }

    /// <summary>The plan as a memory file from the daemon; or <see cref="Plan"/>.</summary>
    public Fd? EncodedPlan { get; init; }

    public SpawnPlan? Plan { get; init; }

    /// <summary>A program of the user's, which is to die before keeper and daemon where memory is short.</summary>
    public bool IsSession { get; init; }

    /// <summary>Epoch of the daemon that asked.</summary>
    public uint Epoch { get; init; }

    /// <summary>Closed when the spawn thread is done.</summary>
    public IReadOnlyList<Fd> Owned { get; init; } = [];

    /// <summary>Nobody waits for it any more. Loop thread only.</summary>
    public bool Abandoned { get; private set; }

    public SpawnOutcome Outcome { get; private set; }

    /// <summary>On the spawn thread: all that may block.</summary>
    public void CarryOut()
    {
        try
        {
            Outcome = Spawn();
        }
        catch (LinuxException e)
        {
            Outcome = new SpawnOutcome(e.Error, 0, null);
        }
        catch (Exception e) when (e is FormatException or ObjectDisposedException or OverflowException)
        {
            Outcome = new SpawnOutcome(Errno.EINVAL, 0, null);
        }
        finally
        {
            RestoreLimit();
        }
    }

    /// <summary>On the loop: tells the outcome, unless the job was given up before.</summary>
    public void Finish()
    {
        foreach (var fd in Owned)
            fd.Dispose();
        if (!Abandoned)
            done(Outcome);
    }

    /// <summary>On the loop: the time is over; whoever asked is told now.</summary>
    public void Abandon(Errno reason)
    {
        if (Abandoned)
            return;
        Abandoned = true;
        done(new SpawnOutcome(reason, 0, null));
    }

    /// <summary>From either thread: the limit is raised again, at the latest when the job turns out to hang.</summary>
    public void RestoreLimit()
    {
        if (Interlocked.Exchange(ref _lowered, 0) == 1)
            limits.Raise();
    }

    private SpawnOutcome Spawn()
    {
        var plan = Plan ?? SpawnPlan.Decode(MemoryFile.ReadAll(EncodedPlan!));
        var lowered = limits.TryLower();
        Volatile.Write(ref _lowered, lowered ? 1 : 0);
        var error = ChildSpawner.TrySpawn(plan, Descriptors, out var pid);
        if (error != Errno.None)
            return new SpawnOutcome(error, 0, null);
        // At once: nothing may reap it before its pidfd is open. Only this process can, and its loop does not know the pid yet.
        error = PidFd.TryOpen(pid, out var handle);
        if (error != Errno.None)
        {
            // Without a pidfd it cannot be kept. It is still our child, so the number means it and nothing else.
            Children.SignalGroup(pid, Signals.Kill);
            return new SpawnOutcome(error, 0, null);
        }
        if (!lowered)
            limits.ApplyTo(pid);
        if (IsSession)
            ChildLimits.PreferForOutOfMemory(pid);
        return new SpawnOutcome(Errno.None, pid, handle);
    }
}
