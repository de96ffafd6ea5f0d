namespace Holdfast.DaemonRpc.Server;

/// <summary>How a wait for a turn ended.</summary>
internal enum Turn
{
    Granted,
    Full,
    TooLate,
}

/// <summary>Turns of a limited number of commands, in the order of their coming. Owned by the server; any thread.</summary>
internal sealed class CommandQueue(int concurrent, int queued, TimeSpan deadline) : IDisposable
{
    private readonly SemaphoreSlim _turns = new(concurrent, concurrent);
    private int _waiting;

    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Granted turns are given back with <see cref="Release"/>.</summary>
    public async ValueTask<Turn> WaitAsync(CancellationToken cancellationToken)
    {
        if (_turns.Wait(0, CancellationToken.None))
            return Turn.Granted;
        if (Interlocked.Increment(ref _waiting) > queued)
        {
            Interlocked.Decrement(ref _waiting);
            return Turn.Full;
        }
        try
        {
            return await _turns.WaitAsync(deadline, cancellationToken) ? Turn.Granted : Turn.TooLate;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    public void Release() => _turns.Release();

    public void Dispose() => _turns.Dispose();
}
