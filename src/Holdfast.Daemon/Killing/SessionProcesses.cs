using Holdfast.Linux;
using Holdfast.Linux.Processes;

namespace Holdfast.Daemon.Killing;

/// <summary>
/// Finds the processes of a session, whatever they did to get away: its session id, the descendants, the mark in the environment, an open
/// terminal, the control group. Remembers them, so that one that was found once stays found. Used by one <see cref="KillLadder"/>, off the loop.
/// </summary>
public sealed class SessionProcesses(SessionMark mark)
{
    private readonly Dictionary<int, ulong> _members = [];
    private readonly HashSet<(int Pid, ulong Start)> _strangers = [];
    private HashSet<int> _seen = [];
    private HashSet<int> _dead = [];

    /// <summary>Members this user may not signal: they are counted once and then left alone.</summary>
    public HashSet<int> Untouchable { get; } = [];

    /// <summary>
    /// Whether the last look missed nothing: a process that vanished while it went on, or a member that has died since, may have left a child that
    /// was not in the list yet.
    /// </summary>
    public bool IsConclusive { get; private set; }

    /// <summary>Every process of the session that lives, by pid with its start time.</summary>
    public IReadOnlyList<(int Pid, ProcessFacts Facts)> FindLiving()
    {
        var table = ProcessTable.Read(out var vanished);
        Forget(table);
        var grouped = mark.Cgroup?.Members() ?? [];
        foreach (var (pid, facts) in table)
        {
            if (IsMember(pid, facts, table, grouped))
                _members[pid] = facts.StartTime;
        }
        AddDescendants(table);
        Judge(table, vanished);
        return [.. _members.Keys.Where(p => !table[p].IsDead && !Untouchable.Contains(p)).Select(p => (p, table[p]))];
    }

    /// <summary>Signals exactly this process, not one that has its number by now.</summary>
    public void Signal(int pid, ProcessFacts known, ReadOnlySpan<int> signals)
    {
        if (PidFd.TryOpen(pid, out var process) != Errno.None)
            return;
        using (process)
        {
            if (!ProcessFacts.TryRead(pid, out var now) || now.StartTime != known.StartTime)
                return;
            foreach (var signal in signals)
            {
                if (process!.Send(signal) == Errno.EPERM)
                    Untouchable.Add(pid);
            }
        }
    }

    /// <summary>
    /// Signals the process groups of these members, each at one moment: a fork is before it and its child in the group, or after it and does not happen.
    /// Whoever is always another process is caught by this and by nothing else.
    /// </summary>
    public void SignalGroups(IReadOnlyList<(int Pid, ProcessFacts Facts)> members, int signal)
    {
        var groups = members.Select(m => m.Facts.Group).Append(mark.Leader).Where(g => g > 1).Distinct();
        foreach (var group in groups)
        {
            // A group is a session's own if its leader is one of ours, or was: then a member of ours keeps its number from others.
            if (ProcessFacts.TryRead(group, out var leader) && _members.GetValueOrDefault(group) != leader.StartTime)
                continue;
            if (PidFd.TryOpen(group, out var process) == Errno.None)
            {
                using (process)
                {
                    if (process!.SendToGroup(signal) != Errno.EINVAL)
                        continue;
                }
            }
            if (members.Any(m => m.Facts.Group == group && ProcessFacts.TryRead(m.Pid, out var now) && now.StartTime == m.Facts.StartTime))
                Children.SignalGroup(group, signal);
        }
    }

    private void Judge(Dictionary<int, ProcessFacts> table, List<int> vanished)
    {
        HashSet<int> dead = [.. _members.Keys.Where(p => table[p].IsDead)];
        IsConclusive = dead.IsSubsetOf(_dead) && vanished.TrueForAll(_seen.Contains);
        _dead = dead;
        _seen = [.. table.Keys];
    }

    private void Forget(Dictionary<int, ProcessFacts> table)
    {
        foreach (var (pid, start) in _members.ToArray())
        {
            if (!table.TryGetValue(pid, out var facts) || facts.StartTime != start)
                _members.Remove(pid);
        }
    }

    private bool IsMember(int pid, ProcessFacts facts, Dictionary<int, ProcessFacts> table, HashSet<int> grouped)
    {
        if (mark.Keepers.Contains(pid) || pid <= 1)
            return false;
        if (_members.ContainsKey(pid) || grouped.Contains(pid))
            return true;
        if (IsOfLeader(pid, facts, table))
            return true;
        // What a process was started with never changes, so each stranger is looked at once.
        if (facts.IsDead || _strangers.Contains((pid, facts.StartTime)))
            return false;
        if (ProcessTable.HasVariable(pid, mark.Variable))
            return true;
        // One that shed session, environment and parents may hold the terminal still.
        if (facts.Parent <= 1 || mark.Keepers.Contains(facts.Parent))
            return mark.Terminal.Length > 0 && ProcessTable.HasOpen(pid, mark.Terminal) && !mark.OwnPrograms.Contains(ProcessTable.ExecutableOf(pid));
        _strangers.Add((pid, facts.StartTime));
        return false;
    }

    // As long as anybody has the session id, or its leader is a zombie, the kernel gives the number to nobody else.
    private bool IsOfLeader(int pid, ProcessFacts facts, Dictionary<int, ProcessFacts> table)
    {
        if (mark.Leader <= 0 || (pid != mark.Leader && facts.Session != mark.Leader))
            return false;
        return !table.TryGetValue(mark.Leader, out var leader) || leader.StartTime == mark.LeaderStart;
    }

    private void AddDescendants(Dictionary<int, ProcessFacts> table)
    {
        bool grew;
        do
        {
            grew = false;
            foreach (var (pid, facts) in table)
            {
                if (_members.ContainsKey(pid) || mark.Keepers.Contains(pid) || !_members.ContainsKey(facts.Parent))
                    continue;
                _members[pid] = facts.StartTime;
                grew = true;
            }
        }
        while (grew);
    }
}
