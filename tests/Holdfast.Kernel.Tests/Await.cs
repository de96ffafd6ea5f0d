using Holdfast.Linux;
using Holdfast.Linux.Events;

namespace Holdfast.Kernel.Tests;

/// <summary>Waits for events of descriptors; the deadline is only for a test that would otherwise hang.</summary>
internal static class Await
{
    // Generous: a loaded machine with two cores must not fail a test.
    public const int Milliseconds = 30_000;

    /// <summary>Blocks until the descriptor is ready and tells for what.</summary>
    public static Readiness Ready(Fd fd, Readiness interest = Readiness.Readable)
    {
        using var epoll = new Epoll(1);
        epoll.Add(fd, interest, 1);
        var until = Environment.TickCount64 + Milliseconds;
        while (epoll.Wait((int)Math.Max(0, until - Environment.TickCount64)) == 0)
        {
            if (Environment.TickCount64 >= until)
                throw new TimeoutException($"{fd} did not become {interest}");
        }
        return epoll[0].Events;
    }

    /// <summary>What the descriptor is ready for at this moment.</summary>
    public static Readiness Now(Fd fd, Readiness interest = Readiness.Readable)
    {
        using var epoll = new Epoll(1);
        epoll.Add(fd, interest, 1);
        return epoll.Wait(0) == 0 ? Readiness.None : epoll[0].Events;
    }
}
