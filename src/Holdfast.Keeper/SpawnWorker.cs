using System.Collections.Concurrent;
using Holdfast.Linux;
using Holdfast.Linux.Events;
using Holdfast.Linux.Processes;

namespace Holdfast.Keeper;

/// <summary>
/// Starts programs beside the loop, because a start on a hung file system does not return. One after the other on one thread; a start that
/// takes long is set aside with its thread, and the others go on with another. Owned by the loop for its life; its members are called on
/// that thread alone.
/// </summary>
internal sealed class SpawnWorker
{
    // A start takes about a millisecond; past this it is not slow but waits for something.
    private static readonly TimeSpan SetAsideAfter = TimeSpan.FromMilliseconds(200);

    // Threads that hang for ever cost memory: a file system that hangs the sixteenth will hang the seventeenth.
    private const int MaxSetAside = 16;

    private readonly Reactor _reactor;
    private readonly TimeSpan _timeout;
    private readonly Action<KeptProcess> _disown;
    private readonly EventFd _bell = new();
    private readonly ConcurrentQueue<Lane> _finished = new();
    private readonly Queue<SpawnJob> _waiting = new();
    private readonly List<Lane> _setAside = [];
    private Lane? _lane;

    /// <param name="disown">Takes a process that started too late; it was told to die.</param>
    public SpawnWorker(Reactor reactor, TimeSpan timeout, Action<KeptProcess> disown)
    {
        _reactor = reactor;
        _timeout = timeout;
        _disown = disown;
        reactor.Add(_bell.Fd, Readiness.Readable, new WhenReady(Collect));
    }

    /// <summary>Nothing is being started, waits, or hangs: no thread would be lost with the process' program.</summary>
    public bool Idle => _lane is null or { Job: null } && _setAside.Count == 0 && _waiting.Count == 0 && _finished.IsEmpty;

    public void Start(SpawnJob job)
    {
        _waiting.Enqueue(job);
        Next();
    }

    /// <summary>Gives up the starts that former daemons asked for: nobody waits for them, and a new daemon must see a settled state.</summary>
    public void AbandonBefore(uint epoch)
    {
        foreach (var job in _setAside.Append(_lane).Select(l => l?.Job).Concat(_waiting))
        {
            if (job is { IsSession: true, Abandoned: false } && job.Epoch < epoch)
                job.Abandon(Errno.ETIMEDOUT);
        }
    }

    /// <summary>Hears of the starts that are done.</summary>
    public void Collect()
    {
        _bell.Clear();
        while (_finished.TryDequeue(out var lane))
        {
            var job = lane.Job!;
            lane.Done();
            if (_setAside.Remove(lane))
                lane.Retire();
            job.Finish();
            if (job.Abandoned && job.Outcome.Handle is { } late)
            {
                late.Send(Signals.Kill);
                _disown(new KeptProcess(job.Outcome.Pid, late));
            }
        }
        Next();
    }

    private void Next()
    {
        while (_waiting.Count > 0)
        {
            if (_lane is { Job: not null })
                return;
            if (_lane is null && _setAside.Count >= MaxSetAside)
            {
                Refuse(_waiting.Dequeue());
                continue;
            }
            var job = _waiting.Dequeue();
            // Given up before it began.
            if (job.Abandoned)
            {
                job.Finish();
                continue;
            }
            _lane ??= new Lane(this);
            Give(_lane, job);
        }
    }

    private static void Refuse(SpawnJob job)
    {
        job.Abandon(Errno.EAGAIN);
        job.Finish();
    }

    private void Give(Lane lane, SpawnJob job)
    {
        lane.SlowTimer = _reactor.After(SetAsideAfter, () => SetAside(lane, job));
        lane.TimeoutTimer = _reactor.After(_timeout, () => job.Abandon(Errno.ETIMEDOUT));
        lane.Give(job);
    }

    private void SetAside(Lane lane, SpawnJob job)
    {
        job.RestoreLimit();
        _setAside.Add(lane);
        _lane = null;
        Next();
    }

    /// <summary>One spawn thread and what it does at the moment. Owned by the worker.</summary>
    private sealed class Lane
    {
        private readonly SpawnWorker _owner;
        private readonly BlockingCollection<SpawnJob> _jobs = new();

        public Lane(SpawnWorker owner)
        {
            _owner = owner;
            new Thread(Run) { IsBackground = true, Name = "spawn" }.Start();
        }

        public SpawnJob? Job { get; private set; }

        public LoopTimer? SlowTimer { get; set; }

        public LoopTimer? TimeoutTimer { get; set; }

        public void Give(SpawnJob job)
        {
            Job = job;
            _jobs.Add(job);
        }

        public void Done()
        {
            Job = null;
            SlowTimer?.Cancel();
            TimeoutTimer?.Cancel();
        }

        /// <summary>Ends the thread.</summary>
        public void Retire() => _jobs.CompleteAdding();

        private void Run()
        {
            foreach (var job in _jobs.GetConsumingEnumerable())
            {
                job.CarryOut();
                // Told before the thread can end: see OrphanReaper.
                _owner._finished.Enqueue(this);
                _owner._bell.Ring();
            }
        }
    }
}
