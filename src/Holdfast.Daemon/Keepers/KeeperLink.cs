using Holdfast.Daemon.Health;
using Holdfast.Linux;
using Holdfast.Linux.Events;
using Holdfast.Linux.Keeping;
using Holdfast.Linux.Processes;
using Holdfast.Linux.Sockets;
using Microsoft.Extensions.Logging;

namespace Holdfast.Daemon.Keepers;

/// <summary>
/// The daemon's side of the control channel: requests with their answers, and a mirror of all that the keeper holds, from which a new
/// keeper is filled. Owned by the host, loop thread, lives as long as the daemon; the channel under it changes with the keeper.
/// </summary>
public sealed class KeeperLink : IControlListener, IDisposable
{
    private readonly Reactor _reactor;
    private readonly ILogger _log;
    private readonly Dictionary<string, HeldEntry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<uint, Pending> _pending = [];
    private ControlChannel? _channel;
    private uint _epoch;
    private uint _nextRequest;

    public KeeperLink(Reactor reactor, ILogger log)
    {
        _reactor = reactor;
        _log = log;
    }

    private sealed record Pending(ControlMessage Message, TaskCompletionSource<Reply> Completion);

    /// <summary>An answer and the descriptors that came with it.</summary>
    public readonly record struct Reply(ControlMessage Message, IReadOnlyList<Fd> Descriptors)
    {
        public Errno Error => (Errno)Message.Value;
    }

    public IKeeperEvents? Events { get; set; }

    /// <summary>The keeper executes another program now, whose answer follows.</summary>
    public Action? Executing { get; set; }

    /// <summary>Called once for each welcome: of the first keeper, and of each that took over.</summary>
    public Action<ControlMessage>? Welcomed { get; set; }

    public int KeeperPid { get; private set; }

    public uint Restarts { get; private set; }

    public IReadOnlyDictionary<string, HeldEntry> Entries => _entries;

    /// <summary>Speaks over this channel from now on.</summary>
    public void Connect(FdChannel channel)
    {
        _channel?.Dispose();
        _channel = new ControlChannel(_reactor, channel, this);
    }

    /// <summary>Asks for everything the keeper holds; complete when all of it is in <see cref="Entries"/>.</summary>
    public Task FetchAsync() => RequestAsync(new ControlMessage(ControlKind.Fetch));

    public async Task<Errno> StoreAsync(HeldEntry entry)
    {
        _entries[entry.Name] = entry;
        var reply = await RequestAsync(new ControlMessage(ControlKind.Store) { Name = entry.Name, Note = entry.Note }, [.. entry.Descriptors]);
        return Judge(reply, "store", entry.Name);
    }

    public async Task<Errno> NoteAsync(HeldEntry entry, ReadOnlyMemory<byte> note)
    {
        entry.Note = note;
        // Of a session that only the journal knows the keeper holds nothing.
        if (_entries.GetValueOrDefault(entry.Name) != entry)
            return Errno.None;
        return Judge(await RequestAsync(new ControlMessage(ControlKind.Note) { Name = entry.Name, Note = note }), "note", entry.Name);
    }

    public async Task<Errno> RemoveAsync(string name)
    {
        if (!_entries.Remove(name))
            return Errno.None;
        return Judge(await RequestAsync(new ControlMessage(ControlKind.Remove) { Name = name }), "remove", name);
    }

    /// <summary>Starts the plan's program on the slave under the name of an entry that was stored.</summary>
    public async Task<Errno> SpawnAsync(HeldEntry entry, Fd slave, Fd plan)
    {
        var reply = await RequestAsync(new ControlMessage(ControlKind.Spawn) { Name = entry.Name }, slave, plan);
        if (reply.Error != Errno.None)
            return reply.Error;
        entry.Pid = reply.Message.Pid;
        entry.Process = new PidFd(reply.Descriptors[0]);
        return Errno.None;
    }

    public async Task<Errno> SignalAsync(string name, int signal, bool group) =>
        (await RequestAsync(new ControlMessage(ControlKind.Signal)
        {
            Name = name,
            Value = signal,
            Flags = group ? ControlFlags.Group : ControlFlags.None,
        })).Error;

    public void ExitRecorded(HeldEntry entry)
    {
        entry.ExitRecorded = true;
        if (_entries.GetValueOrDefault(entry.Name) != entry)
            return;
        Forget(RequestAsync(new ControlMessage(ControlKind.ExitRecorded) { Name = entry.Name }));
    }

    /// <summary>Has the keeper become another program: Answer with an errno, and the reason in its note.</summary>
    public async Task<Reply> ReexecuteAsync(string program, Fd image)
    {
        var reply = await RequestAsync(new ControlMessage(ControlKind.Reexecute) { Name = program }, image);
        Forget(RequestAsync(new ControlMessage(ControlKind.Reexecuted)));
        return reply;
    }

    /// <summary>Proposes the program of the next daemon; <paramref name="own"/> is what comes back where that one does not serve.</summary>
    public async Task<Errno> ProposeAsync(string program, Fd own, TimeSpan patience, ReadOnlyMemory<byte> note)
    {
        var message = new ControlMessage(ControlKind.Propose) { Name = program, Value = (int)patience.TotalMilliseconds, Note = note };
        return (await RequestAsync(message, own)).Error;
    }

    public Task StopAsync(StopKind kind) => RequestAsync(new ControlMessage(ControlKind.Stop) { Value = (int)kind });

    /// <summary>The keeper made the listening socket anew and holds this one now.</summary>
    public void ReplaceListener(Fd listener) => _entries["@listen"] = new HeldEntry("@listen", default, [listener]);

    public void Ready() => Forget(RequestAsync(new ControlMessage(ControlKind.Ready)));

    /// <summary>Gives everything to a new keeper, which answers with a welcome. What was on its way to the old one is settled by this.</summary>
    public void GiveEverything(int ownPid, Fd ownPidFd)
    {
        Post(new ControlMessage(ControlKind.Adopt) { Pid = ownPid }, ownPidFd);
        foreach (var entry in _entries.Values)
            Post(Describe(entry), DescriptorsOf(entry));
        Post(new ControlMessage(ControlKind.Adopted));
        SettlePending();
    }

    public void OnMessage(ControlMessage message, List<Fd> descriptors)
    {
        switch (message.Kind)
        {
            case ControlKind.Welcome:
                _epoch = message.Epoch;
                KeeperPid = message.Pid;
                Restarts = (uint)message.Value;
                Welcomed?.Invoke(message);
                break;
            case ControlKind.Entry:
                _entries[message.Name] = Read(message, descriptors);
                break;
            case ControlKind.Fetched or ControlKind.Answer or ControlKind.Spawned:
                Settle(message, descriptors);
                break;
            case ControlKind.Exited:
                Events?.OnExited(message.Name, StatusOf(message));
                break;
            case ControlKind.Listener:
                Events?.OnListener(descriptors[0]);
                break;
            case ControlKind.Terminate:
                Events?.OnTerminate();
                break;
            case ControlKind.Executing:
                Executing?.Invoke();
                break;
            default:
                foreach (var fd in descriptors)
                    fd.Dispose();
                break;
        }
    }

    // Whether the keeper is dead is for its pidfd to say: until then requests simply stay unanswered.
    public void OnChannelClosed(string reason) => _log.KeeperChannelClosed(reason);

    public void Dispose() => _channel?.Dispose();

    private Task<Reply> RequestAsync(ControlMessage message, params ReadOnlySpan<Fd> descriptors)
    {
        var completion = new TaskCompletionSource<Reply>();
        var numbered = message with { Request = ++_nextRequest };
        _pending.Add(numbered.Request, new Pending(numbered, completion));
        Post(numbered, descriptors);
        return completion.Task;
    }

    private void Post(ControlMessage message, params ReadOnlySpan<Fd> descriptors) =>
        _channel?.Send(message with { Epoch = _epoch }, descriptors);

    private void Settle(ControlMessage message, List<Fd> descriptors)
    {
        if (_pending.Remove(message.Request, out var pending))
            pending.Completion.SetResult(new Reply(message, descriptors));
        else
            descriptors.ForEach(fd => fd.Dispose());
    }

    // The mirror that the new keeper was filled from holds what stores, notes and removals meant to say. A spawn or a signal may or may
    // not have happened.
    private void SettlePending()
    {
        foreach (var pending in _pending.Values.ToArray())
        {
            var done = pending.Message.Kind is not (ControlKind.Spawn or ControlKind.Signal or ControlKind.Fetch or ControlKind.Reexecute or ControlKind.Propose);
            var answer = new ControlMessage(ControlKind.Answer) { Value = done ? 0 : (int)Errno.ECONNRESET };
            _pending.Remove(pending.Message.Request);
            pending.Completion.SetResult(new Reply(answer, []));
        }
    }

    private static HeldEntry Read(ControlMessage message, List<Fd> descriptors)
    {
        PidFd? process = null;
        if ((message.Flags & ControlFlags.Process) != 0)
        {
            process = new PidFd(descriptors[^1]);
            descriptors.RemoveAt(descriptors.Count - 1);
        }
        return new HeldEntry(message.Name, message.Note, descriptors)
        {
            Pid = message.Pid,
            Process = process,
            Exit = (message.Flags & ControlFlags.Exited) != 0 ? StatusOf(message) : null,
            ExitRecorded = (message.Flags & ControlFlags.Recorded) != 0,
        };
    }

    private static ControlMessage Describe(HeldEntry entry)
    {
        var flags = entry.Process is null ? ControlFlags.None : ControlFlags.Process;
        var value = 0;
        if (entry.Exit is { } exit)
        {
            flags |= ControlFlags.Exited | (exit.Lost ? ControlFlags.Lost : 0);
            value = (exit.Code << 8) | exit.Signal;
        }
        if (entry.ExitRecorded)
            flags |= ControlFlags.Recorded;
        return new ControlMessage(ControlKind.Store) { Name = entry.Name, Note = entry.Note, Pid = entry.Pid, Flags = flags, Value = value };
    }

    private static Fd[] DescriptorsOf(HeldEntry entry) =>
        entry.Process is { } process ? [.. entry.Descriptors, process.Fd] : [.. entry.Descriptors];

    private static ExitStatus StatusOf(ControlMessage message) =>
        (message.Flags & ControlFlags.Lost) != 0 ? ExitStatus.Unknown : ExitStatus.FromWaitStatus(message.Value);

    private Errno Judge(Reply reply, string what, string name)
    {
        if (reply.Error != Errno.None)
            _log.KeeperRefused(what, name, reply.Error.ToString());
        return reply.Error;
    }

    // An answer nobody waits for; it cannot fail otherwise than by not coming.
    private static void Forget(Task<Reply> task) => _ = task;
}
