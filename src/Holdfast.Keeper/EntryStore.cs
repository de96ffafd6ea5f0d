using Holdfast.Linux;
using Holdfast.Linux.Keeping;
using Holdfast.Linux.Processes;

namespace Holdfast.Keeper;

/// <summary>
/// One thing kept for the daemon: descriptors and a note under a name, and perhaps the process that was started under it. Owned by the
/// store; loop thread only.
/// </summary>
internal sealed class Entry(string name)
{
    public string Name { get; } = name;

    public ReadOnlyMemory<byte> Note { get; set; }

    public IReadOnlyList<Fd> Descriptors { get; set; } = [];

    public KeptProcess? Process { get; set; }

    /// <summary>A program is being started under this name.</summary>
    public bool Spawning { get; set; }

    /// <summary>Of its process, also after that was forgotten; 0 where it never had one.</summary>
    public int Pid { get; set; }

    /// <summary>How its process ended, after that was recorded and the process forgotten.</summary>
    public ExitStatus? RecordedExit { get; set; }
}

/// <summary>
/// Everything that must survive a daemon, by name. Owned by the keeper's loop for its life; that thread alone. A descriptor leaves it only
/// when no message that carries it still waits to be sent.
/// </summary>
internal sealed class EntryStore(DaemonLink link)
{
    public const string Listener = "@listen";
    public const string Lock = "@lock";
    public const string Beats = "@beats";

    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly List<Fd> _leaving = [];

    /// <summary>What belongs to no session comes first, so that a daemon has it when it meets the sessions.</summary>
    public IEnumerable<Entry> All => _entries.Values.OrderBy(e => e.Name.StartsWith('@') ? 0 : 1);

    public int Count => _entries.Count;

    /// <summary>Processes whose end no daemon recorded yet.</summary>
    public IEnumerable<KeptProcess> Processes => _entries.Values.Where(e => e.Process is not null).Select(e => e.Process!);

    public bool HoldsProcesses => _entries.Values.Any(e => e.Process is not null || e.Spawning);

    public Entry? Find(string name) => _entries.GetValueOrDefault(name);

    /// <summary>Names that the keeper itself lives by; a daemon may not take them away.</summary>
    public static bool IsOwn(string name) => name is Listener or Lock or Beats;

    /// <summary>Files the descriptors; those of an entry of that name leave, its process stays.</summary>
    public Entry Put(string name, IReadOnlyList<Fd> descriptors, ReadOnlyMemory<byte> note)
    {
        if (!_entries.TryGetValue(name, out var entry))
            _entries.Add(name, entry = new Entry(name));
        var former = entry.Descriptors;
        entry.Descriptors = descriptors;
        entry.Note = note;
        Release(former);
        return entry;
    }

    /// <summary>Forgets the entry and closes its descriptors; the process is the caller's.</summary>
    public bool Remove(string name, out KeptProcess? process)
    {
        var found = _entries.Remove(name, out var entry);
        process = entry?.Process;
        if (found)
            Release(entry!.Descriptors);
        return found;
    }

    public void Release(IEnumerable<Fd> descriptors)
    {
        _leaving.AddRange(descriptors);
        Sweep();
    }

    /// <summary>Closes what left, unless a message on its way may still carry it.</summary>
    public void Sweep()
    {
        if (link.Backlog > 0)
            return;
        foreach (var fd in _leaving)
            fd.Dispose();
        _leaving.Clear();
    }

    /// <summary>The entry as it travels to a daemon.</summary>
    public static ControlMessage Describe(Entry entry, out List<Fd> descriptors)
    {
        descriptors = [.. entry.Descriptors];
        var flags = ControlFlags.None;
        if (entry.Process is { } process)
        {
            flags |= ControlFlags.Process;
            descriptors.Add(process.Handle.Fd);
        }
        else if (entry.RecordedExit is not null)
        {
            flags |= ControlFlags.Recorded;
        }
        var exit = entry.Process?.Exit ?? entry.RecordedExit;
        return new ControlMessage(ControlKind.Entry)
        {
            Name = entry.Name,
            Note = entry.Note,
            Flags = flags | FlagsOf(exit),
            Pid = entry.Pid,
            Value = WaitStatusOf(exit),
        };
    }

    /// <summary>The entries as they go through an execve(2).</summary>
    public IReadOnlyList<EntryState> Capture() =>
        [.. _entries.Values.Select(entry =>
        {
            var row = Describe(entry, out _);
            var descriptors = entry.Descriptors.Select(d => d.Number).ToArray();
            return new EntryState(
                entry.Name, entry.Note.ToArray(), descriptors, entry.Pid, entry.Process?.Handle.Fd.Number ?? -1, (ushort)row.Flags, row.Value);
        })];

    /// <summary>Makes an entry of an <see cref="EntryState"/>; its process is to be watched by the caller.</summary>
    public Entry Resume(EntryState state)
    {
        var entry = Put(state.Name, [.. state.Descriptors.Select(number => new Fd(number))], state.Note);
        var flags = (ControlFlags)state.Flags;
        ExitStatus? exit = (flags & ControlFlags.Exited) == 0 ? null
            : (flags & ControlFlags.Lost) != 0 ? ExitStatus.Unknown
            : ExitStatus.FromWaitStatus(state.Status);
        entry.Pid = state.Pid;
        entry.RecordedExit = (flags & ControlFlags.Recorded) != 0 ? exit : null;
        if (state.Handle >= 0)
            entry.Process = new KeptProcess(state.Pid, new PidFd(new Fd(state.Handle))) { Exit = exit };
        return entry;
    }

    public static ControlFlags FlagsOf(ExitStatus? exit) =>
        exit is null ? ControlFlags.None : ControlFlags.Exited | (exit.Value.Lost ? ControlFlags.Lost : ControlFlags.None);

    // The encoding of wait(2).
    public static int WaitStatusOf(ExitStatus? exit) => exit is { } e ? (e.Code << 8) | e.Signal : 0;
}
