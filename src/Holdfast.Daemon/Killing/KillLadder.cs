using Holdfast.Linux.Events;
using Holdfast.Linux.Processes;

namespace Holdfast.Daemon.Killing;

/// <summary>
/// Ends every process of a session: SIGHUP, later SIGTERM, at last SIGKILL, and looks until none is left. One for each kill; its steps run on the
/// loop, each look at /proc beside it.
/// </summary>
public sealed class KillLadder(SessionMark mark)
{
    private static readonly int[] HangUp = [Signals.HangUp, Signals.Continue];
    private static readonly int[] Terminate = [Signals.Term, Signals.Continue];
    private static readonly int[] Stop = [Signals.Stop];
    private static readonly int[] Kill = [Signals.Kill];

    // A look costs some milliseconds, so they become rarer; an end of the program calls for one at once.
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(100);

    // Nothing but a wait inside the kernel keeps a process from SIGKILL, a dead network file system for instance: that may last for ever.
    private static readonly TimeSpan AfterKill = TimeSpan.FromSeconds(5);

    // On a machine where processes come and go all the time no look is ever sure to have missed none.
    private const int MostLooks = 8;

    // A process that makes more than this many generations while all of them are being stopped is not caught by stopping.
    private const int MostFreezes = 50;

    private readonly SessionProcesses _processes = new(mark);
    private TaskCompletionSource _looked = new();
    private long _begun = Reactor.Now;

    /// <summary>May be shortened while it runs, by another kill of the same session.</summary>
    public KillTimes Times { get; set; }

    /// <summary>Members that may not be signalled, such as those of another user.</summary>
    public int Untouchable => _processes.Untouchable.Count;

    private TimeSpan Elapsed => TimeSpan.FromMilliseconds(Reactor.Now - _begun);

    /// <summary>The program has ended: look now.</summary>
    public void LookNow() => _looked.TrySetResult();

    /// <summary>Returns the pids that are left: none, but for what even SIGKILL does not end.</summary>
    public async Task<IReadOnlyList<int>> RunAsync()
    {
        _begun = Reactor.Now;
        var step = Step.None;
        var pause = FirstPause;
        while (true)
        {
            var due = Elapsed >= Times.Kill ? Step.Kill : Elapsed >= Times.Terminate ? Step.Terminate : Step.HangUp;
            var send = due != step || due == Step.Kill;
            var left = await Task.Run(() => Act(send ? due : Step.None));
            if (left.Count == 0 || Elapsed >= Times.Kill + AfterKill)
                return left;
            pause = due != step ? FirstPause : pause * 2 < LongestPause ? pause * 2 : LongestPause;
            step = due;
            await PauseAsync(pause);
        }
    }

    // In the meantime somebody may say that it is worth a look.
    private async Task PauseAsync(TimeSpan pause)
    {
        await Task.WhenAny(_looked.Task, Task.Delay(pause));
        if (_looked.Task.IsCompleted)
            _looked = new TaskCompletionSource();
    }

    private IReadOnlyList<int> Act(Step step)
    {
        switch (step)
        {
            case Step.HangUp:
                SendToAll(HangUp);
                break;
            case Step.Terminate:
                SendToAll(Terminate);
                break;
            case Step.Kill:
                KillAll();
                break;
            default:
                break;
        }
        var left = _processes.FindLiving();
        for (var i = 0; left.Count == 0 && !_processes.IsConclusive && i < MostLooks; i++)
            left = _processes.FindLiving();
        return [.. left.Select(p => p.Pid)];
    }

    private int SendToAll(int[] signals)
    {
        var all = _processes.FindLiving();
        foreach (var (pid, facts) in all)
            _processes.Signal(pid, facts, signals);
        return all.Count;
    }

    // Stopped first, until no look finds a new one: whoever forks faster than it is killed cannot fork while it is stopped.
    private void KillAll()
    {
        mark.Cgroup?.Kill();
        var stopped = new HashSet<int>();
        for (var i = 0; i < MostFreezes; i++)
        {
            var fresh = _processes.FindLiving().Where(p => stopped.Add(p.Pid)).ToList();
            if (fresh.Count == 0)
                break;
            _processes.SignalGroups(fresh, Signals.Stop);
            foreach (var (pid, facts) in fresh)
                _processes.Signal(pid, facts, Stop);
        }
        _processes.SignalGroups(_processes.FindLiving(), Signals.Kill);
        SendToAll(Kill);
    }

    private enum Step
    {
        None,
        HangUp,
        Terminate,
        Kill,
    }
}
