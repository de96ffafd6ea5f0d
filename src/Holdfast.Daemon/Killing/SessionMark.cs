namespace Holdfast.Daemon.Killing;

/// <summary>By what a session's processes are known. A value.</summary>
/// <param name="Leader">Pid of its program, which is also its session id.</param>
/// <param name="LeaderStart">Its start time; 0 where it is not known.</param>
/// <param name="Variable">What every process that inherits the environment carries.</param>
/// <param name="Terminal">Path of its terminal; empty once that is closed.</param>
/// <param name="Keepers">Pids to whom orphans come: the keeper and the daemon. Never members themselves.</param>
/// <param name="OwnPrograms">Executables of keeper and daemon: a keeper that takes over meanwhile holds every terminal, and is a child of the daemon.</param>
/// <param name="Cgroup">The session's own control group; null where there is none.</param>
public sealed record SessionMark(int Leader, ulong LeaderStart, string Variable, string Terminal, IReadOnlyList<int> Keepers, IReadOnlyList<string> OwnPrograms, SessionCgroup? Cgroup);
