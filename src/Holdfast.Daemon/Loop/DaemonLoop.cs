using System.Collections.Concurrent;
using Holdfast.Linux.Events;

namespace Holdfast.Daemon.Loop;

/// <summary>
/// The daemon's one thread: a reactor, and a way back to it for work that was done elsewhere. Everything that owns state runs here, so
/// there are no locks. <see cref="Post"/> alone may be called from other threads.
/// </summary>
public sealed class DaemonLoop : SynchronizationContext, IReadyHandler, IDisposable
{
    private readonly EventFd _bell = new();
    private readonly ConcurrentQueue<(SendOrPostCallback Callback, object? State)> _posted = new();
    private readonly Registration _registration;
    private int _stopRequested;

    public DaemonLoop()
    {
        Reactor = new Reactor();
        _registration = Reactor.Add(_bell.Fd, Readiness.Readable, this);
    }

    public Reactor Reactor { get; }

    /// <summary>Work that came back from elsewhere and waits for its turn.</summary>
    public int Queued => _posted.Count;

    public bool Stopping => Volatile.Read(ref _stopRequested) != 0;

    /// <summary>Runs until <see cref="Stop"/>; awaits in handlers come back to this thread.</summary>
    public void Run()
    {
        SetSynchronizationContext(this);
        while (!Stopping)
            Reactor.RunOnce();
    }

    public void Stop()
    {
        Volatile.Write(ref _stopRequested, 1);
        _bell.Ring();
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        _posted.Enqueue((d, state));
        _bell.Ring();
    }

    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("Nothing waits for the loop.");

    public override SynchronizationContext CreateCopy() => this;

    public void OnReady(Readiness events)
    {
        _bell.Clear();
        while (_posted.TryDequeue(out var work))
            work.Callback(work.State);
    }

    public void Dispose()
    {
        _registration.Dispose();
        _bell.Dispose();
        Reactor.Dispose();
    }
}
