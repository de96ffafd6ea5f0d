using Holdfast.Linux.Events;
using Holdfast.Linux.Keeping;

namespace Holdfast.Daemon.Health;

/// <summary>Counts the daemon's beat up once a second, and says how punctual it was. Owned by the host, loop thread.</summary>
public sealed class HeartBeat(Reactor reactor, BeatPage beats, Action<ulong> ticked) : IReadyHandler
{
    private readonly TimerFd _timer = new();
    private long _beatAt;

    /// <summary>One second, or HOLDFAST_TICK_MS for tests of staleness.</summary>
    public static TimeSpan Period { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("HOLDFAST_TICK_MS"), out var ms) && ms is >= 10 and <= 60_000
            ? TimeSpan.FromMilliseconds(ms)
            : TimeSpan.FromSeconds(1);

    /// <summary>Since the last beat.</summary>
    public TimeSpan Age => TimeSpan.FromMilliseconds(Reactor.Now - _beatAt);

    public void Start()
    {
        Beat();
        _timer.SetPeriod(Period);
        reactor.Add(_timer.Fd, Readiness.Readable, this);
    }

    public void OnReady(Readiness events)
    {
        var periods = _timer.Expirations();
        if (periods == 0)
            return;
        Beat();
        ticked(periods);
    }

    private void Beat()
    {
        _beatAt = Reactor.Now;
        beats.BeatAsDaemon();
    }
}
