using Holdfast.Daemon.Sessions;
using Holdfast.Linux;
using Holdfast.Linux.Events;
using Holdfast.Protocol.V1;

namespace Holdfast.Daemon.Journal;

/// <summary>
/// Keeps the journal of the sessions up to date: says what is to be written, and when. One job a session is under way at a time, so only its
/// latest state is ever written, and one screen at a time in all. Owned by the host, loop thread; never waits for a disk.
/// </summary>
public sealed class SessionRecorder
{
    // A changing screen is on disk after this, a tick of one second, and the write: less than five seconds.
    private const long ScreenMilliseconds = 4000;

    // The buffer for a screen is given back when none was written for longer than screens are apart.
    private const int BufferTicks = 10;

    // A disk that does not answer must not keep a session from being created.
    private static readonly TimeSpan FirstRecordPatience = TimeSpan.FromSeconds(1);

    // A job that takes longer than this says that the state directory hangs.
    private const long SilenceMilliseconds = 5000;

    private readonly Reactor _reactor;
    private readonly JournalRecords _records;
    private readonly Dictionary<string, (Session Session, long Since)> _underWay = new(StringComparer.Ordinal);
    private readonly LinkedList<Session> _due = new();
    private readonly HashSet<string> _toForget = new(StringComparer.Ordinal);
    private readonly List<TaskCompletionSource> _awaitingRest = [];
    private byte[] _screen = [];
    private string? _screenOf;
    private int _forgetting;
    private int _quietTicks;
    private bool _frozen;

    public SessionRecorder(Reactor reactor, JournalRecords records, JournalStore store, SynchronizationContext loop, JournalHealth health)
    {
        (_reactor, _records, Health) = (reactor, records, health);
        Writer = new JournalWriter(store, loop, OnDone);
        Writer.Start();
    }

    public JournalHealth Health { get; }

    /// <summary>Sessions with something that is not on disk.</summary>
    public int Waiting => _underWay.Count + _due.Count + _forgetting;

    private JournalWriter Writer { get; }

    /// <summary>A session begins; complete when its record is on disk, or cannot be put there now.</summary>
    public Task BeginAsync(Session session, IReadOnlyDictionary<string, string> environment, bool keepSecrets)
    {
        var (kept, dropped) = keepSecrets ? (new Dictionary<string, string>(environment, StringComparer.Ordinal), []) : SecretNames.Split(environment);
        (session.Journal.Environment, session.Journal.Dropped) = (kept, dropped);
        // One that hangs is not waited for again and again.
        var written = session.Journal.FirstWritten = new TaskCompletionSource();
        Changed(session);
        if (!session.Journal.IsUnderWay || IsSilent)
            written.TrySetResult();
        else
            _reactor.After(FirstRecordPatience, () => written.TrySetResult());
        return written.Task;
    }

    /// <summary>Something that a restart would need has changed.</summary>
    public void Changed(Session session)
    {
        session.Journal.RecordDirty = true;
        SendRecord(session);
    }

    /// <summary>The program has ended, or its output has: status, screen and output go to disk now.</summary>
    public void Ended(Session session)
    {
        session.Journal.RecordDirty = true;
        Enqueue(session, first: true);
        Pump();
    }

    /// <summary>Nothing of the session is to be found any more.</summary>
    public void Forgotten(Session session)
    {
        session.Journal.IsClosed = true;
        session.Journal.FirstWritten?.TrySetResult();
        _due.Remove(session);
        if (!_frozen)
            Forget(session.Id);
    }

    /// <summary>Once a second: what has changed and is due.</summary>
    public void OnTick(IEnumerable<Session> sessions)
    {
        if (_underWay.Values.Any(u => Reactor.Now - u.Since > SilenceMilliseconds))
            Health.Failed("", "the state directory does not answer");
        // While nothing can be written one session a second tries.
        var most = Health.IsDegraded ? (_underWay.Count > 0 ? 0 : 1) : int.MaxValue;
        foreach (var id in _toForget.Take(most).ToArray())
            Forget(id);
        foreach (var session in sessions)
        {
            if (_due.Count >= most)
                break;
            if (IsDue(session))
                Enqueue(session, first: false);
        }
        _quietTicks = Waiting == 0 ? _quietTicks + 1 : 0;
        if (_quietTicks == BufferTicks)
            _screen = [];
        Pump();
    }

    /// <summary>Puts everything on disk that is not there; complete when that is done or the time is over.</summary>
    public Task SaveAllAsync(IEnumerable<Session> sessions, TimeSpan patience)
    {
        foreach (var session in sessions.Where(NeedsWriting))
            Enqueue(session, first: false);
        Pump();
        return RestAsync(patience);
    }

    /// <summary>Complete when nothing is under way, or the time is over.</summary>
    public Task RestAsync(TimeSpan patience)
    {
        var rest = new TaskCompletionSource();
        if (Waiting == 0)
            rest.SetResult();
        else
            _awaitingRest.Add(rest);
        _reactor.After(patience, () => rest.TrySetResult());
        return rest.Task;
    }

    /// <summary>What is on disk stays as it is: the machine goes down, and what ends from now on shall be restored.</summary>
    public void Freeze() => _frozen = true;

    private bool IsSilent => _underWay.Values.Any(u => Reactor.Now - u.Since > SilenceMilliseconds);

    private static bool NeedsWriting(Session session) => !session.Journal.IsClosed
        && (session.Journal.RecordDirty || session.Journal.ScreenAt != session.Ring.Head || NeedsOutput(session));

    private static bool NeedsOutput(Session session) => session.State == SessionState.Exited && session.Journal.OutputAt != session.Ring.Head;

    private static bool IsDue(Session session) =>
        !session.Journal.IsUnderWay && !session.Journal.IsQueued && Reactor.Now - session.Journal.ScreenTakenAt >= ScreenMilliseconds && NeedsWriting(session);

    private void Enqueue(Session session, bool first)
    {
        if (session.Journal.IsClosed || session.Journal.IsQueued)
            return;
        session.Journal.IsQueued = true;
        if (first)
            _due.AddFirst(session);
        else
            _due.AddLast(session);
    }

    // One screen at a time: the buffer, the disk's bandwidth and the loop's time for a checkpoint are bounded by this.
    private void Pump()
    {
        while (_screenOf is null && _due.First is { } next)
        {
            _due.RemoveFirst();
            next.Value.Journal.IsQueued = false;
            // It goes on when its job is reported.
            if (next.Value.Journal.IsUnderWay)
                next.Value.Journal.IsUrgent = true;
            else if (!next.Value.Journal.IsClosed)
                SendAll(next.Value);
        }
        if (Waiting > 0)
            return;
        _awaitingRest.ForEach(r => r.TrySetResult());
        _awaitingRest.Clear();
    }

    private void SendRecord(Session session)
    {
        if (!session.Journal.IsUnderWay && !session.Journal.IsClosed)
            Send(session, new JournalJob(session.Id) { Record = _records.Of(session) });
    }

    private void SendAll(Session session)
    {
        session.Journal.ScreenTakenAt = Reactor.Now;
        session.Journal.IsUrgent = false;
        var job = new JournalJob(session.Id) { Record = _records.Of(session), Screen = TakeScreen(session), Output = TakeOutput(session) };
        if (Send(session, job) && job.Screen is not null)
            _screenOf = session.Id;
    }

    private bool Send(Session session, JournalJob job)
    {
        if (_frozen || !Writer.TryPost(job))
        {
            job.Dispose();
            return false;
        }
        session.Journal.RecordDirty = false;
        session.Journal.IsUnderWay = true;
        _underWay[session.Id] = (session, Reactor.Now);
        return true;
    }

    private ScreenCopy? TakeScreen(Session session)
    {
        if (session.Journal.ScreenAt == session.Ring.Head || !session.Screen.TryCheckpoint(out var offset, out var content))
            return null;
        if (_screen.Length < content.Length)
            _screen = new byte[content.Length + (content.Length / 2)];
        content.CopyTo(_screen);
        return new ScreenCopy(offset, _screen.AsMemory(0, content.Length));
    }

    private static OutputCopy? TakeOutput(Session session)
    {
        if (!NeedsOutput(session))
            return null;
        try
        {
            return session.Memory.CopyOf(session.Ring.RetainedFrom, session.Ring.Head);
        }
        catch (LinuxException)
        {
            // No descriptor is free at the moment: it is tried again with the next tick.
            return null;
        }
    }

    /// <summary>Removes what is on disk of a session that no daemon has any more.</summary>
    public void Forget(string id)
    {
        _toForget.Remove(id);
        if (Writer.TryPost(new JournalJob(id) { Forget = true }))
            _forgetting++;
        else
            _toForget.Add(id);
    }

    private void OnDone(JournalJob job, JournalTally tally, Exception? fault)
    {
        if (fault is null)
            Health.Wrote(job.Id, tally);
        else
            Health.Failed(job.Id, fault.Message);
        if (job.Forget)
        {
            _forgetting--;
            if (fault is not null)
                _toForget.Add(job.Id);
            Pump();
            return;
        }
        if (_screenOf == job.Id)
            _screenOf = null;
        if (_underWay.Remove(job.Id, out var done))
            Settle(done.Session, job, fault is null);
        Pump();
    }

    private void Settle(Session session, JournalJob job, bool written)
    {
        var journal = session.Journal;
        journal.IsUnderWay = false;
        journal.FirstWritten?.TrySetResult();
        journal.FirstWritten = null;
        if (!written)
        {
            // With the next ticks, again and again.
            journal.RecordDirty = true;
            return;
        }
        if (job.Record?.Environment is not null)
            (journal.Environment, journal.Dropped) = (null, null);
        journal.ScreenAt = job.Screen?.Offset ?? journal.ScreenAt;
        journal.OutputAt = job.Output?.End ?? journal.OutputAt;
        if (journal.IsUrgent)
            Enqueue(session, first: true);
        else if (journal.RecordDirty)
            SendRecord(session);
    }
}
