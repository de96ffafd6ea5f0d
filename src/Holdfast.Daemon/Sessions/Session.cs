using Holdfast.Daemon.Flow;
using Holdfast.Daemon.Input;
using Holdfast.Daemon.Journal;
using Holdfast.Daemon.Keepers;
using Holdfast.Daemon.Screen;
using Holdfast.Daemon.Killing;
using Holdfast.Daemon.Ownership;
using Holdfast.Linux;
using Holdfast.Linux.Events;
using Holdfast.Linux.Processes;
using Holdfast.Linux.Pty;
using Holdfast.Protocol.V1;
using Holdfast.Ring;
using ExitStatus = Holdfast.Protocol.V1.ExitStatus;

namespace Holdfast.Daemon.Sessions;

/// <summary>
/// One session: its record, its ring, its terminal and who is attached. Owned by the <see cref="SessionTable"/>, loop thread; lives from
/// create (or adoption) until finalize. What happens to it is done by the folders around it: Output, Flow, Input, SessionLife.
/// </summary>
public sealed class Session
{
    private readonly SessionRules _rules;
    private SessionInfo? _last;

    public Session(SessionRecord record, SessionMemory memory, HeldEntry entry, SessionRules rules)
    {
        (Record, Memory, Entry) = (record, memory, entry);
        Answers = new QueryAnswers(this);
        Screen = new SessionScreen(memory.Ring, Answers, rules.Counters, rules.Log);
        Subscribers = new SubscriberSet(this, rules.Flow);
        Input = new InputLanes(this);
        Owner = new OwnerClaim(this, rules.Owner);
        _rules = rules;
    }

    public SessionRecord Record { get; }

    public SessionMemory Memory { get; }

    /// <summary>What the keeper holds under the session's id: the ring, the note, the process.</summary>
    public HeldEntry Entry { get; }

    public SessionRing Ring => Memory.Ring;

    /// <summary>Null once no process holds the terminal any more.</summary>
    public PtyMaster? Pty { get; set; }

    /// <summary>Kept while the program runs, so that nobody sees a hang-up when it closes and re-opens its terminal.</summary>
    public Fd? Slave { get; set; }

    public SubscriberSet Subscribers { get; }

    public InputLanes Input { get; }

    public SessionScreen Screen { get; }

    public QueryAnswers Answers { get; }

    public OwnerClaim Owner { get; }

    /// <summary>What of it is not on disk.</summary>
    public SessionJournal Journal { get; } = new();

    /// <summary>Puts its output and screen in place, where they are still on disk or it is being restored; null where all is here.</summary>
    public Func<Task>? Awaken { get; set; }

    /// <summary>Completed when the program has ended and its output was drained.</summary>
    public TaskCompletionSource Exited { get; } = new();

    /// <summary>The exit that was reported and is not announced yet, because output is still being drained.</summary>
    public Linux.Processes.ExitStatus? PendingExit { get; set; }

    /// <summary>The head when the program had ended and its output was drained.</summary>
    public ulong EndOffset { get; set; }

    /// <summary>The exit is recorded with the keeper: readers may hear of it.</summary>
    public bool ExitAnnounced { get; set; }

    /// <summary>Forgets the exited session when its retention ends.</summary>
    public LoopTimer? Retention { get; set; }

    public uint Number => Record.Session.Number;

    public string Id => Record.Session.Id;

    public string Name => Record.Session.Name;

    public SessionState State => Record.Session.State;

    /// <summary>Completed when the program runs, or will never run.</summary>
    public TaskCompletionSource Started { get; } = new();

    /// <summary>Ends its processes; null where nobody asked for that, or it is done.</summary>
    public KillLadder? Ladder { get; set; }

    public bool IsAlive => State is SessionState.Starting or SessionState.Running or SessionState.Terminating;

    /// <summary>Names of the keeper's entries that belong to the session beside <see cref="Id"/>.</summary>
    public string PtyEntry => $"{Id}.pty";

    public string TtyEntry => $"{Id}.tty";

    /// <summary>Everything a client may know, as of now; of a forgotten session as of its end: its ring is no memory any more.</summary>
    public SessionInfo Describe()
    {
        if (_last is not null)
            return _last.Clone();
        var info = Record.Session.Clone();
        info.Pid = Entry.Pid;
        info.Head = Ring.Head;
        info.RetainedFrom = Ring.RetainedFrom;
        info.RingBytes = (ulong)Ring.Capacity;
        info.Clients = (uint)Subscribers.Clients;
        info.Observers = (uint)Subscribers.Observers;
        info.OwnerPresent = Owner.IsPresent;
        info.OutputClosed = Pty is null;
        return info;
    }

    public void RecordExit(Linux.Processes.ExitStatus status)
    {
        Record.Session.Exit = new ExitStatus { Code = status.Code, Signal = status.Signal, Lost = status.Lost };
        Record.Session.ExitedAtMs = (ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        Move(SessionState.Exited);
    }

    /// <summary>The only way to another state: checked against <see cref="SessionTransitions"/>.</summary>
    public void Move(SessionState to)
    {
        if (!SessionTransitions.Allows(State, to))
            _rules.Report(this, $"no way leads from {State} to {to}");
        Record.Session.State = to;
        if (SessionTransitions.Broken(Record.Session, Ring.Head, EndOffset) is { } broken)
            _rules.Report(this, broken);
        if (to == SessionState.Finalized)
            _last = Describe();
    }
}
