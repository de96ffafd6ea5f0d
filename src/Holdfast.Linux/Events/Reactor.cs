using System.Diagnostics;

namespace Holdfast.Linux.Events;

/// <summary>Hears about readiness of one descriptor, on the loop's thread.</summary>
public interface IReadyHandler
{
    void OnReady(Readiness events);
}

/// <summary>A descriptor registered with a <see cref="Reactor"/>; disposing takes it out, before its owner closes the descriptor.</summary>
public sealed class Registration : IDisposable
{
    private readonly Reactor _reactor;
    private readonly Fd _fd;
    private readonly ulong _token;

    internal Registration(Reactor reactor, Fd fd, ulong token, Readiness interest)
    {
        _reactor = reactor;
        _fd = fd;
        _token = token;
        Interest = interest;
    }

    public Readiness Interest { get; private set; }

    /// <summary>Whether anything else waits for the loop: a long turn gives way to it.</summary>
    public bool OthersWait => _reactor.OthersWait(_token);

    /// <summary>Changes what to hear of. For "nothing", dispose: a hung-up descriptor registered for nothing still wakes the loop.</summary>
    public void Change(Readiness interest)
    {
        if (interest == Interest)
            return;
        Interest = interest;
        _reactor.Modify(_fd, interest, _token);
    }

    public void Dispose() => _reactor.Remove(_fd, _token);
}

/// <summary>
/// The event loop of a process: descriptors, timers and work for the end of a turn, all on the thread that calls <see cref="RunOnce"/>.
/// No locks; nothing here may be called from another thread.
/// </summary>
public sealed class Reactor : IDisposable
{
    private readonly Epoll _epoll = new();
    private readonly Dictionary<ulong, IReadyHandler> _handlers = [];
    // By the time at which they are due, in ticks of the monotonic clock: rounded to milliseconds, a timer of less would fire at once, and one that
    // looks whether its time has come and asks for the rest would keep the loop busy until then.
    private readonly PriorityQueue<LoopTimer, long> _timers = new();
    private ulong _nextToken;
    private readonly AwakeSpell _awake = new();

    /// <summary>Milliseconds of the monotonic clock.</summary>
    public static long Now => Stopwatch.GetTimestamp() / TicksPerMillisecond;

    private static long TicksPerMillisecond => Stopwatch.Frequency / 1000;

    public Registration Add(Fd fd, Readiness interest, IReadyHandler handler)
    {
        var token = ++_nextToken;
        _epoll.Add(fd, interest, token);
        _handlers.Add(token, handler);
        return new Registration(this, fd, token, interest);
    }

    /// <summary>Calls <paramref name="action"/> once after the time; cancel the result to take it back.</summary>
    public LoopTimer After(TimeSpan delay, Action action)
    {
        var timer = new LoopTimer(action);
        _timers.Enqueue(timer, Stopwatch.GetTimestamp() + (long)Math.Ceiling(delay.TotalSeconds * Stopwatch.Frequency));
        return timer;
    }

    /// <summary>
    /// Looks for events without sleeping for this long, yielding to whoever wants the processor: where an answer is expected within
    /// microseconds, and where sleeping was not sooner of late (see <see cref="AwakeSpell"/>). Ends with the first event.
    /// </summary>
    public void StayAwake(TimeSpan time) => _awake.Begin(time);

    /// <summary>
    /// Lets whoever was just given what it waits for have the processor first, where nobody else wants it: who yields among programs that compute comes
    /// behind all of them.
    /// </summary>
    public void GiveWay()
    {
        if (_awake.IsUsual)
            Thread.Yield();
    }

    /// <summary>Waits for events and dispatches them, then the timers that are due. <paramref name="poll"/>: do not wait.</summary>
    public void RunOnce(bool poll = false)
    {
        var count = WaitAwake();
        if (count == 0)
            count = _epoll.Wait(poll ? 0 : MillisecondsToNextTimer());
        if (count > 0)
            _awake.End();
        for (var i = 0; i < count; i++)
        {
            var ready = _epoll[i];
            // A handler earlier in this turn may have removed it.
            if (_handlers.TryGetValue(ready.Token, out var handler))
                handler.OnReady(ready.Events);
        }
        RunTimers();
    }

    public void Dispose() => _epoll.Dispose();

    internal bool OthersWait(ulong token) => _epoll.IsAnotherReady(token);

    internal void Modify(Fd fd, Readiness interest, ulong token) => _epoll.Modify(fd, interest, token);

    internal void Remove(Fd fd, ulong token)
    {
        if (_handlers.Remove(token))
            _epoll.Remove(fd);
    }

    private int WaitAwake()
    {
        // Others first: nothing answers before it had the processor.
        var count = 0;
        while (count == 0 && _awake.Yield())
            count = _epoll.Wait(0);
        return count;
    }

    private void RunTimers()
    {
        // One look at the clock: a timer that asks for itself again waits for the next turn instead of starving descriptors.
        var now = Stopwatch.GetTimestamp();
        while (_timers.TryPeek(out var timer, out var due) && (timer.Cancelled || due <= now))
        {
            _timers.Dequeue();
            if (!timer.Cancelled)
                timer.Fire();
        }
    }

    private int MillisecondsToNextTimer()
    {
        while (_timers.TryPeek(out var timer, out var due))
        {
            if (timer.Cancelled)
                _timers.Dequeue();
            else
                return (int)Math.Clamp((due - Stopwatch.GetTimestamp() + TicksPerMillisecond - 1) / TicksPerMillisecond, 0, int.MaxValue);
        }
        return -1;
    }
}

/// <summary>An action that the loop will run once. Belongs to who asked for it; loop thread only.</summary>
public sealed class LoopTimer(Action action)
{
    private Action? _action = action;

    public bool Cancelled => _action is null;

    /// <summary>Also lets go of what the action holds: the timer itself stays in the queue until its time.</summary>
    public void Cancel() => _action = null;

    internal void Fire()
    {
        var fired = _action;
        _action = null;
        fired?.Invoke();
    }
}
