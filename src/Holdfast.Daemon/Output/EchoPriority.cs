using System.Diagnostics;
using Holdfast.Linux.Events;

namespace Holdfast.Daemon.Output;

/// <summary>
/// Lets an echo pass: from a keystroke until its session's output was delivered, sessions that stream are not read, which also leaves the processor to
/// the program that is to answer. Owned by the mover, loop thread.
/// </summary>
public sealed class EchoPriority(Reactor reactor)
{
    // Longer than nearly every program takes, and nothing to a stream: not every key is echoed.
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(1);

    // Whoever types without a pause must not stop a stream. While the answers come, a quarter of the time is the stream's own; beside a program that does
    // not echo, ten elevenths.
    private const double ShareBesideEchoes = 1 / 3.0;
    private const double ShareBesideSilence = 10;

    private readonly HashSet<IEchoRival> _streams = [];
    private readonly List<IEchoRival> _held = [];
    private IEchoRival? _awaited;
    private LoopTimer? _overdue;
    private long _begun;
    private long _notBefore;

    /// <summary>How much came at once says whether the session streams.</summary>
    public void Note(IEchoRival pump, bool streams)
    {
        if (streams)
            _streams.Add(pump);
        else
            _streams.Remove(pump);
    }

    /// <summary>Something was typed into the pump's session.</summary>
    public void Await(IEchoRival pump)
    {
        if (_awaited is not null || _streams.Count == 0 || Stopwatch.GetTimestamp() < _notBefore)
            return;
        _awaited = pump;
        _begun = Stopwatch.GetTimestamp();
        _held.AddRange(_streams.Where(s => s != pump));
        foreach (var stream in _held)
            stream.GiveWay();
        _overdue = reactor.After(Longest, () => End(ShareBesideSilence));
    }

    /// <summary>Readers of the pump's session have what there is.</summary>
    public void Delivered(IEchoRival pump)
    {
        if (pump == _awaited)
            End(ShareBesideEchoes);
    }

    private void End(double share)
    {
        var now = Stopwatch.GetTimestamp();
        _notBefore = now + (long)((now - _begun) * share);
        _awaited = null;
        _overdue?.Cancel();
        // Also one that has stopped streaming meanwhile.
        foreach (var stream in _held)
            stream.GoOn();
        _held.Clear();
    }
}
