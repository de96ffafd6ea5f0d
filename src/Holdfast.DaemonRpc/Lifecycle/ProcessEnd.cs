using Holdfast.Linux.Events;
using Holdfast.Linux.Processes;

namespace Holdfast.DaemonRpc.Lifecycle;

/// <summary>Waits for the end of a process that need not be our child. Stateless; any thread.</summary>
internal static class ProcessEnd
{
    // How soon a cancelled wait gives its thread back.
    private const int SliceMs = 50;

    /// <summary>True where it ended within the patience.</summary>
    public static Task<bool> WaitAsync(PidFd process, TimeSpan patience, CancellationToken cancellationToken) => Task.Factory.StartNew(
        () =>
        {
            var until = Environment.TickCount64 + (long)patience.TotalMilliseconds;
            do
            {
                cancellationToken.ThrowIfCancellationRequested();
                var left = Math.Clamp(until - Environment.TickCount64, 0, SliceMs);
                if (DescriptorPoll.Wait([new PollEntry(process.Fd.Number, Readiness.Readable)], (int)left) > 0)
                    return true;
            }
            while (Environment.TickCount64 < until);
            return false;
        },
        cancellationToken,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);
}
