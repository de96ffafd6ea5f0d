using System.Globalization;
using Holdfast.Daemon.Config;
using Holdfast.Daemon.Health;
using Holdfast.Daemon.Keepers;
using Holdfast.Daemon.Loop;
using Holdfast.Daemon.Sessions;
using Holdfast.Linux.Processes;
using Holdfast.Linux.Pty;
using Microsoft.Extensions.Logging;

namespace Holdfast.Daemon.Killing;

/// <summary>
/// Ends the processes of sessions, one ladder a session however many ask, and gives sessions their control groups. Owned by the host, loop thread.
/// </summary>
public sealed class SessionKiller(KeeperLink keeper, DaemonOptions options, ILogger log)
{
    private static readonly string[] OwnPrograms = [.. new[] { ProcessTable.ExecutableOf(Environment.ProcessId), KeeperGuard.KeeperBinary }.OfType<string>()];

    private readonly Dictionary<Session, Task> _running = [];
    private readonly string? _groups = SessionCgroup.ParentFor(options.SessionCgroups);

    /// <summary>Puts the program into a group of its own, where that can be.</summary>
    public void BeginGroup(Session session)
    {
        if (_groups is not null)
            BeginGroupAsync(session).Unattended();
    }

    public void RemoveGroup(Session session)
    {
        if (_groups is not null)
            _ = Task.Run(() => SessionCgroup.Find(_groups, session.Id)?.Remove());
    }

    /// <summary>Complete when no process of the session is left that can be ended. A second kill may only shorten the first one's times.</summary>
    public Task EndAllAsync(Session session, TimeSpan timeout)
    {
        var times = KillTimes.Of(timeout, options.KillTerminate);
        if (!_running.TryGetValue(session, out var running))
        {
            session.Ladder = new KillLadder(MarkOf(session)) { Times = times };
            running = _running[session] = EndAllAsync(session, session.Ladder);
            if (running.IsCompleted)
                _running.Remove(session);
        }
        else if (session.Ladder is { } ladder && times.Kill < ladder.Times.Kill)
        {
            ladder.Times = times;
            ladder.LookNow();
        }
        return running;
    }

    /// <summary>Ends what may run of a session that is none yet: a daemon and a keeper were lost while its program was being started.</summary>
    public Task EndUnknownAsync(string id, PtyMaster? terminal) => new KillLadder(MarkOf(0, 0, id, terminal)) { Times = KillTimes.Of(TimeSpan.Zero, TimeSpan.Zero) }.RunAsync();

    private async Task EndAllAsync(Session session, KillLadder ladder)
    {
        IReadOnlyList<int> left;
        try
        {
            left = await ladder.RunAsync();
        }
        finally
        {
            session.Ladder = null;
            _running.Remove(session);
        }
        if (left.Count + ladder.Untouchable > 0)
            log.KillIncomplete(session.Name, left.Count, string.Join(' ', left.Select(p => p.ToString(CultureInfo.InvariantCulture))), ladder.Untouchable);
    }

    private async Task BeginGroupAsync(Session session)
    {
        var processes = new SessionProcesses(MarkOf(session));
        var problem = "";
        await Task.Run(() => SessionCgroup.Make(_groups, session.Id, processes, out problem));
        if (problem.Length > 0)
            log.CgroupFailed(session.Name, problem);
    }

    private SessionMark MarkOf(Session session) => MarkOf(session.Entry.Pid, session.Record.LeaderStart, session.Id, session.Pty);

    private SessionMark MarkOf(int leader, ulong leaderStart, string id, PtyMaster? terminal) => new(
        leader,
        leaderStart,
        $"HOLDFAST_SESSION_ID={id}",
        terminal is null ? "" : string.Create(CultureInfo.InvariantCulture, $"/dev/pts/{terminal.Index}"),
        [keeper.KeeperPid, Environment.ProcessId],
        OwnPrograms,
        SessionCgroup.Find(_groups, id));
}
