using Holdfast.Linux;
using Holdfast.Linux.Keeping;
using Holdfast.Linux.Memory;
using Holdfast.Linux.Processes;
using Holdfast.Linux.Pty;
using Holdfast.Linux.Sockets;
using Holdfast.Linux.Spawn;

namespace Holdfast.Kernel.Tests.Keeper;

/// <summary>A message with the descriptors that came with it.</summary>
internal sealed record Heard(ControlMessage Message, IReadOnlyList<Fd> Descriptors);

/// <summary>
/// A daemon that the keeper started, or took over from, and for which the test speaks, one message after the other. Owned by its keeper.
/// </summary>
internal sealed class StandIn(RunningKeeper keeper, int pid, FdChannel control, FdChannel? relay) : IDisposable
{
    private readonly Queue<Heard> _pending = new();
    private readonly List<Fd> _received = [];
    private readonly byte[] _buffer = new byte[ControlMessage.MaxBytes];
    private uint _request;

    public int Pid { get; } = pid;

    public uint Epoch { get; set; }

    public ControlMessage? Welcome { get; private set; }

    /// <summary>Reads the welcome, and fetches everything.</summary>
    public IReadOnlyDictionary<string, Heard> Begin()
    {
        Welcome = Next(ControlKind.Welcome).Message;
        Epoch = Welcome.Epoch;
        Send(new(ControlKind.Fetch));
        var entries = new Dictionary<string, Heard>();
        while (true)
        {
            var heard = Next(ControlKind.Entry, ControlKind.Fetched);
            if (heard.Message.Kind == ControlKind.Fetched)
            {
                if (heard.Message.Value != entries.Count)
                    throw new InvalidOperationException($"{entries.Count} entries of {heard.Message.Value}");
                return entries;
            }
            entries.Add(heard.Message.Name, heard);
        }
    }

    public uint Send(ControlMessage message, params IReadOnlyList<Fd> descriptors)
    {
        var sent = control.Send((message with { Epoch = Epoch, Request = ++_request, Descriptors = descriptors.Count }).Encode(), [.. descriptors]);
        if (!sent.Ok)
            throw new LinuxException("sendmsg", sent.Error);
        return _request;
    }

    /// <summary>Sends a request and waits for its answer; other messages wait for <see cref="Next"/>.</summary>
    public Heard Ask(ControlMessage message, params IReadOnlyList<Fd> descriptors)
    {
        var request = Send(message, descriptors);
        return Take(h => h.Message.Kind is ControlKind.Answer or ControlKind.Spawned && h.Message.Request == request);
    }

    public Errno AskError(ControlMessage message, params IReadOnlyList<Fd> descriptors) => (Errno)Ask(message, descriptors).Message.Value;

    /// <summary>The next message of one of these kinds.</summary>
    public Heard Next(params ControlKind[] kinds) => Take(h => kinds.Contains(h.Message.Kind));

    /// <summary>Stores a terminal under the name and starts the script on it.</summary>
    public (Heard Spawned, PtyMaster Master) StartShell(string name, string script) =>
        StartProgram(name, Child.ShellPlan(script));

    public (Heard Spawned, PtyMaster Master) StartProgram(string name, SpawnPlan plan)
    {
        var master = StoreTerminal(name, out var slave);
        using (slave)
        using (var encoded = MemoryFile.FromBytes("plan", plan.Encode()))
            return (Ask(new(ControlKind.Spawn) { Name = name }, slave, encoded), master);
    }

    public PtyMaster StoreTerminal(string name, out Fd slave)
    {
        var pty = PtyPair.Open(new WindowSize(80, 24));
        keeper.Own(pty.Master);
        slave = pty.Slave;
        if (AskError(new(ControlKind.Store) { Name = name }, pty.Master.Fd) is var error && error != Errno.None)
            throw new LinuxException("store", error);
        return pty.Master;
    }

    public void Kill()
    {
        if (PidFd.TryOpen(Pid, out var process) != Errno.None)
            return;
        using (process)
        {
            process!.Send(Signals.Kill);
            Await.Ready(process.Fd);
        }
    }

    /// <summary>Ends it with this code.</summary>
    public void Exit(byte code) => relay!.Send([code], []);

    public void Dispose()
    {
        foreach (var fd in _received)
            fd.Dispose();
        control.Dispose();
        relay?.Dispose();
    }

    private Heard Take(Func<Heard, bool> wanted)
    {
        for (var i = _pending.Count; i > 0; i--)
        {
            var heard = _pending.Dequeue();
            if (wanted(heard))
                return heard;
            _pending.Enqueue(heard);
        }
        while (true)
        {
            var heard = Receive();
            if (wanted(heard))
                return heard;
            _pending.Enqueue(heard);
        }
    }

    private Heard Receive()
    {
        while (true)
        {
            var descriptors = new List<Fd>();
            var received = control.Receive(_buffer, descriptors);
            _received.AddRange(descriptors);
            if (received.Result.WouldBlock)
                keeper.WaitFor(control.Fd, "a message of the keeper");
            else if (!received.Result.Ok || received.Result.Count == 0)
                throw new EndOfStreamException($"the keeper closed the channel ({received.Result.Error})\n{keeper.Log()}");
            else
                return new Heard(ControlMessage.Decode(_buffer.AsSpan(0, received.Result.Count)), descriptors);
        }
    }
}
