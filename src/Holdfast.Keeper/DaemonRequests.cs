using Holdfast.Linux;
using Holdfast.Linux.Keeping;
using Holdfast.Linux.Processes;
using Holdfast.Linux.Spawn;

namespace Holdfast.Keeper;

/// <summary>What the supervisor hears of the daemon's messages.</summary>
internal interface IDaemonEvents
{
    void OnReady();

    void OnStop(StopKind kind);

    void OnAdopt(int pid, Fd handle);

    void OnAdopted();

    void OnReexecute(ControlMessage request, Fd image);

    void OnReexecuted();

    void OnPropose(string program, Fd? former, TimeSpan patience, ReadOnlyMemory<byte> note);

    void OnLinkClosed(string reason);
}

/// <summary>
/// Carries out what the daemon asks for, and answers. Owned by the keeper's loop for its life; that thread alone. Nothing in a message can
/// make it throw past this class.
/// </summary>
internal sealed class DaemonRequests(
    DaemonLink link, EntryStore store, ExitWatch exits, SpawnWorker spawner, ChildLimits limits, KeeperLog log) : IControlListener
{
    /// <summary>Set once, before the first channel.</summary>
    public IDaemonEvents Events { get; set; } = null!;

    /// <summary>A takeover is under way: the daemon files everything, and the epoch begins only after that.</summary>
    public bool Adopting { get; set; }

    public void OnMessage(ControlMessage message, List<Fd> descriptors)
    {
        if (!Adopting && message.Epoch != link.Epoch)
        {
            Discard(descriptors);
            Answer(message, Errno.ESRCH);
            return;
        }
        try
        {
            Carry(message, descriptors);
        }
        catch (LinuxException e)
        {
            log.Error($"request-failed kind={message.Kind} name={message.Name} error={e.Message}");
            Answer(message, e.Error);
        }
    }

    public void OnChannelClosed(string reason) => Events.OnLinkClosed(reason);

    /// <summary>Tells the daemon of every end that it has not recorded.</summary>
    public void RepeatExits()
    {
        foreach (var entry in store.All.Where(e => e.Process?.Exit is not null))
            TellExit(entry);
    }

    public void OnExited(KeptProcess process)
    {
        if (store.All.FirstOrDefault(e => e.Process == process) is { } entry)
            TellExit(entry);
    }

    private void Carry(ControlMessage message, List<Fd> descriptors)
    {
        if (message.Kind is not (ControlKind.Store or ControlKind.Spawn or ControlKind.Adopt or ControlKind.Reexecute or ControlKind.Propose))
            Discard(descriptors);
        switch (message.Kind)
        {
            case ControlKind.Fetch:
                Fetch(message);
                break;
            case ControlKind.Store:
                Answer(message, Store(message, descriptors));
                break;
            case ControlKind.Note:
                Answer(message, Note(message));
                break;
            case ControlKind.Remove:
                Answer(message, Remove(message.Name));
                break;
            case ControlKind.Spawn:
                Spawn(message, descriptors);
                break;
            case ControlKind.Signal:
                Answer(message, Signal(message));
                break;
            case ControlKind.ExitRecorded:
                Answer(message, ExitRecorded(message.Name));
                break;
            case ControlKind.Stop:
                Answer(message, Errno.None);
                Events.OnStop((StopKind)message.Value);
                break;
            case ControlKind.Ready:
                Answer(message, Errno.None);
                Events.OnReady();
                break;
            case ControlKind.Adopt when Adopting && descriptors.Count == 1:
                Answer(message, Errno.None);
                link.Epoch = message.Epoch;
                Events.OnAdopt(message.Pid, descriptors[0]);
                break;
            case ControlKind.Adopted when Adopting:
                Answer(message, Errno.None);
                Events.OnAdopted();
                break;
            case ControlKind.Reexecute when descriptors.Count == 1:
                Events.OnReexecute(message, descriptors[0]);
                break;
            case ControlKind.Reexecuted:
                Events.OnReexecuted();
                Answer(message, Errno.None);
                break;
            case ControlKind.Propose when message.Name.StartsWith('/') && message.Value > 0 && descriptors.Count <= 1:
                Events.OnPropose(message.Name, descriptors.FirstOrDefault(), TimeSpan.FromMilliseconds(message.Value), message.Note);
                Answer(message, Errno.None);
                break;
            default:
                Discard(descriptors);
                Answer(message, Errno.ENOSYS);
                break;
        }
    }

    private void Fetch(ControlMessage message)
    {
        spawner.AbandonBefore(link.Epoch);
        foreach (var entry in store.All)
        {
            var row = EntryStore.Describe(entry, out var descriptors);
            link.Send(row with { Request = message.Request }, descriptors.ToArray());
        }
        link.Send(new ControlMessage(ControlKind.Fetched) { Request = message.Request, Value = store.Count });
        link.Fetched = true;
    }

    private Errno Store(ControlMessage message, List<Fd> descriptors)
    {
        var withProcess = (message.Flags & ControlFlags.Process) != 0;
        var refused = EntryStore.IsOwn(message.Name) && !Adopting ? Errno.EPERM
            : withProcess && (descriptors.Count == 0 || message.Pid <= 0) ? Errno.EINVAL
            : withProcess && store.Find(message.Name)?.Process is not null ? Errno.EEXIST
            : Errno.None;
        if (refused != Errno.None)
        {
            Discard(descriptors);
            return refused;
        }
        var kept = withProcess ? descriptors[..^1] : descriptors;
        var entry = store.Put(message.Name, kept, message.Note);
        entry.Pid = message.Pid > 0 ? message.Pid : entry.Pid;
        if ((message.Flags & ControlFlags.Recorded) != 0)
        {
            entry.RecordedExit = ExitOf(message);
            // Nothing is left to learn of the process; a daemon may hold its pidfd all the same.
            store.Release(descriptors[kept.Count..]);
        }
        else if (withProcess)
        {
            entry.Process = new KeptProcess(message.Pid, new PidFd(descriptors[^1]));
            // Where the former keeper had read the status already, it may be nowhere else any more.
            if ((message.Flags & ControlFlags.Exited) != 0)
                entry.Process.Exit = ExitOf(message);
            else
                exits.Watch(entry.Process);
        }
        return Errno.None;
    }

    private Errno Note(ControlMessage message)
    {
        if (store.Find(message.Name) is not { } entry)
            return Errno.ENOENT;
        entry.Note = message.Note;
        return Errno.None;
    }

    private Errno Remove(string name)
    {
        if (EntryStore.IsOwn(name))
            return Errno.EPERM;
        if (!store.Remove(name, out var process))
            return Errno.ENOENT;
        if (process is not null)
            exits.Forget(process);
        return Errno.None;
    }

    private void Spawn(ControlMessage message, List<Fd> descriptors)
    {
        var entry = store.Find(message.Name);
        var refused = descriptors.Count != 2 ? Errno.EINVAL
            : entry is null ? Errno.ENOENT
            : entry.Spawning || entry.Process is not null ? Errno.EEXIST
            : Errno.None;
        if (refused != Errno.None)
        {
            Discard(descriptors);
            Spawned(message, refused);
            return;
        }
        entry!.Spawning = true;
        spawner.Start(new SpawnJob(limits, outcome => OnSpawned(message, entry, outcome))
        {
            Descriptors = new ChildDescriptors.Terminal(descriptors[0]),
            EncodedPlan = descriptors[1],
            IsSession = true,
            Epoch = message.Epoch,
            Owned = [.. descriptors],
        });
    }

    private void OnSpawned(ControlMessage message, Entry entry, SpawnOutcome outcome)
    {
        entry.Spawning = false;
        if (outcome.Handle is not { } handle)
        {
            Spawned(message, outcome.Error);
            return;
        }
        var process = new KeptProcess(outcome.Pid, handle);
        exits.Watch(process);
        if (store.Find(entry.Name) != entry)
        {
            // Removed meanwhile: nobody could ever name it.
            process.Signal(Signals.Kill, group: true);
            exits.Forget(process);
            Spawned(message, Errno.ENOENT);
            return;
        }
        // Filed before it is told of: should the daemon die now, the next one fetches it.
        entry.Process = process;
        entry.Pid = process.Pid;
        entry.RecordedExit = null;
        if (message.Epoch == link.Epoch)
            link.Send(new ControlMessage(ControlKind.Spawned) { Request = message.Request, Name = entry.Name, Pid = process.Pid }, handle.Fd);
    }

    // The answer to a former daemon would be taken for one to the present one's request of that number.
    private void Spawned(ControlMessage message, Errno error)
    {
        if (message.Epoch == link.Epoch)
            link.Send(new ControlMessage(ControlKind.Spawned) { Request = message.Request, Name = message.Name, Value = (int)error });
    }

    private Errno Signal(ControlMessage message)
    {
        if (store.Find(message.Name) is not { } entry)
            return Errno.ENOENT;
        return entry.Process?.Signal(message.Value, (message.Flags & ControlFlags.Group) != 0) ?? Errno.ESRCH;
    }

    private Errno ExitRecorded(string name)
    {
        if (store.Find(name) is not { } entry)
            return Errno.ENOENT;
        if (entry.Process is not { } process)
            return entry.RecordedExit is null ? Errno.ESRCH : Errno.None;
        if (process.Exit is null)
            return Errno.EBUSY;
        entry.RecordedExit = process.Exit;
        entry.Process = null;
        exits.Reap(process);
        return Errno.None;
    }

    private void TellExit(Entry entry)
    {
        if (!link.Fetched)
            return;
        var exit = entry.Process!.Exit;
        link.Send(new ControlMessage(ControlKind.Exited)
        {
            Name = entry.Name,
            Pid = entry.Process.Pid,
            Flags = EntryStore.FlagsOf(exit),
            Value = EntryStore.WaitStatusOf(exit),
        });
    }

    private void Answer(ControlMessage message, Errno error) =>
        link.Send(new ControlMessage(ControlKind.Answer) { Request = message.Request, Name = message.Name, Value = (int)error });

    private static ExitStatus ExitOf(ControlMessage message) =>
        (message.Flags & ControlFlags.Lost) != 0 ? ExitStatus.Unknown : ExitStatus.FromWaitStatus(message.Value);

    private static void Discard(List<Fd> descriptors)
    {
        foreach (var fd in descriptors)
            fd.Dispose();
        descriptors.Clear();
    }
}
