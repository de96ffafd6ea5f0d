using Holdfast.Linux.Interop;

namespace Holdfast.Linux.Events;

/// <summary>A periodic timer on the monotonic clock as a descriptor (timerfd_create(2)). Owned by the loop.</summary>
public sealed unsafe class TimerFd : IDisposable
{
    public Fd Fd { get; } = new(Sys.Check(
        "timerfd_create", Libc.timerfd_create(Libc.CLOCK_MONOTONIC, OpenFlags.NonBlocking | OpenFlags.CloseOnExec)));

    /// <summary>Fires first after one period and then each period; zero stops it.</summary>
    public void SetPeriod(TimeSpan period)
    {
        var seconds = (long)period.TotalSeconds;
        var nanoseconds = period.Ticks % TimeSpan.TicksPerSecond * 100;
        var value = stackalloc long[4] { seconds, nanoseconds, seconds, nanoseconds };
        Sys.Check("timerfd_settime", Libc.timerfd_settime(Fd.Number, 0, value, null));
    }

    /// <summary>How many periods ended since the last look. More than one says that the loop, or the machine, stood still.</summary>
    public ulong Expirations()
    {
        ulong count;
        return Libc.read(Fd.Number, &count, 8) == 8 ? count : 0;
    }

    public void Dispose() => Fd.Dispose();
}
