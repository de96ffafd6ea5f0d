namespace Holdfast.DaemonRpc.Server;

/// <summary>
/// Ends a daemon that nobody needs: after a time without a connection. Also counts those that are open. Owned by the server; any thread.
/// </summary>
internal sealed class IdleShutdown : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TimeSpan? _after;
    private readonly Timer _timer;
    private readonly Action _idle;
    private int _open;

    public IdleShutdown(TimeSpan? after, Action idle)
    {
        (_after, _idle) = (after, idle);
        _timer = new Timer(_ => Ring(), state: null, Due, Timeout.InfiniteTimeSpan);
    }

    private TimeSpan Due => _after ?? Timeout.InfiniteTimeSpan;

    public void Enter()
    {
        lock (_gate)
        {
            if (_open++ == 0)
                _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    public void Leave()
    {
        lock (_gate)
        {
            if (--_open == 0)
                _timer.Change(Due, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose() => _timer.Dispose();

    // The timer may have rung while somebody entered.
    private void Ring()
    {
        lock (_gate)
        {
            if (_open > 0)
                return;
        }
        _idle();
    }
}
