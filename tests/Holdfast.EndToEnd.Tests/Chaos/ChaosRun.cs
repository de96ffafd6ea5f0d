using System.Collections.Concurrent;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Chaos;

/// <summary>
/// What the actors of one run share: the daemon, when it is over, how far all have come, what they did. Owned by the test; any thread.
/// </summary>
internal sealed class ChaosRun : IDisposable
{
    private readonly int _seed;
    private readonly CancellationTokenSource _length;
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<string, int> _done = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<(long At, TaskCompletionSource Reached)> _waiting = new();
    private long _steps;

    public ChaosRun(DaemonProcess daemon, int seed, TimeSpan length)
    {
        (Daemon, _seed) = (daemon, seed);
        _length = new CancellationTokenSource(length);
        _length.Token.Register(_over.SetResult);
    }

    public DaemonProcess Daemon { get; }

    public bool IsOver => _over.Task.IsCompleted;

    /// <summary>Each actor's own numbers: they are the same for the same seed, however the actors meet.</summary>
    public Random RandomOf(string actor) => new(HashCode(actor) ^ _seed);

    /// <summary>Something went on: a chunk arrived, a session ended.</summary>
    public void Step()
    {
        var steps = Interlocked.Increment(ref _steps);
        for (var i = _waiting.Count; i > 0 && _waiting.TryDequeue(out var next); i--)
        {
            if (next.At <= steps)
                next.Reached.TrySetResult();
            else
                _waiting.Enqueue(next);
        }
    }

    /// <summary>Completes when the actors together have come further by so many steps, or the run is over: time, as measured by what happens.</summary>
    public async Task FurtherAsync(int steps)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Enqueue((Interlocked.Read(ref _steps) + steps, reached));
        Step();
        await Task.WhenAny(reached.Task, _over.Task).WaitAsync(DaemonProcess.Deadline);
    }

    public void Dispose() => _length.Dispose();

    public void Count(string what) => _done.AddOrUpdate(what, 1, static (_, n) => n + 1);

    public int CountOf(string what) => _done.GetValueOrDefault(what);

    public override string ToString() =>
        $"seed {_seed}, {Interlocked.Read(ref _steps)} steps: {string.Join(", ", _done.OrderBy(d => d.Key, StringComparer.Ordinal).Select(d => $"{d.Value} {d.Key}"))}";

    // Not string.GetHashCode: that differs from run to run.
    private static int HashCode(string text) => text.Aggregate(17, static (hash, c) => unchecked((hash * 31) + c));
}
