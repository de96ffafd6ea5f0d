using Holdfast.Daemon.Journal;
using Holdfast.Linux;
using Holdfast.Linux.Events;
using Holdfast.Linux.Processes;

namespace Holdfast.Daemon.Recovery;

/// <summary>
/// Which processes of lost sessions live on: the program itself, known by boot, pid and start time, and others by the mark in their environment.
/// Never signals anybody. Stateless beside what it was made with; loop thread but where said.
/// </summary>
public sealed class Survivors(Reactor reactor, string bootId, int keeperPid)
{
    /// <summary>True once the program has ended, or had never run in this boot; false when the patience was not enough.</summary>
    public Task<bool> EndOfProgramAsync(JournalRecord record, TimeSpan patience) =>
        record.Pid > 0 && record.LeaderStart > 0 && record.BootId == bootId
            ? EndOfAsync(record.Pid, record.LeaderStart, Reactor.Now + (long)patience.TotalMilliseconds)
            : Task.FromResult(true);

    /// <summary>True once no process carries the session's mark any more.</summary>
    public async Task<bool> EndOfAllAsync(string id, TimeSpan patience)
    {
        var until = Reactor.Now + (long)patience.TotalMilliseconds;
        foreach (var (pid, start) in await Task.Run(() => FindMarked(id)))
        {
            if (!await EndOfAsync(pid, start, until))
                return false;
        }
        return true;
    }

    private async Task<bool> EndOfAsync(int pid, ulong start, long until)
    {
        if (PidFd.TryOpen(pid, out var process) != Errno.None)
            return true;
        using (process)
        {
            // Compared after the descriptor was opened: from now on the pid cannot become another's.
            if (!ProcessFacts.TryRead(pid, out var facts) || facts.StartTime != start || facts.IsDead)
                return true;
            var end = new EndWatch();
            using var registration = reactor.Add(process!.Fd, Readiness.Readable, end);
            var timer = reactor.After(TimeSpan.FromMilliseconds(Math.Max(0, until - Reactor.Now)), () => end.Ended.TrySetResult(false));
            var ended = await end.Ended.Task;
            timer.Cancel();
            return ended;
        }
    }

    private List<(int Pid, ulong Start)> FindMarked(string id)
    {
        var marked = new List<(int Pid, ulong Start)>();
        foreach (var (pid, facts) in ProcessTable.Read(out _))
        {
            // Keeper and daemon may have been started from within the very session.
            if (pid != keeperPid && pid != Environment.ProcessId && !facts.IsDead && ProcessTable.ReadVariable(pid, "HOLDFAST_SESSION_ID") == id)
                marked.Add((pid, facts.StartTime));
        }
        return marked;
    }

    private sealed class EndWatch : IReadyHandler
    {
        public TaskCompletionSource<bool> Ended { get; } = new();

        public void OnReady(Readiness events) => Ended.TrySetResult(true);
    }
}
