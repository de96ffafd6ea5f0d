using System.Globalization;
using Holdfast.Linux;
using Holdfast.Linux.Files;
using Holdfast.Linux.Processes;

namespace Holdfast.Daemon.Killing;

/// <summary>
/// A control group (v2) of a session's own, where this daemon's group was delegated to its user: nothing leaves it, whatever it sheds. Owned by
/// its session; every call reads or writes files, so not on the loop.
/// </summary>
public sealed class SessionCgroup
{
    private const int MayWrite = 2;
    private readonly string _path;

    private SessionCgroup(string path) => _path = path;

    /// <summary>The group of this session that is there already, made by this daemon or the one before.</summary>
    public static SessionCgroup? Find(string? parent, string id)
    {
        var path = PathOf(parent, id);
        return path is not null && Directory.Exists(path) ? new SessionCgroup(path) : null;
    }

    /// <summary>Makes the group and moves the program into it, with whatever it started already. Null where that cannot be.</summary>
    public static SessionCgroup? Make(string? parent, string id, SessionProcesses processes, out string problem)
    {
        problem = "";
        if (PathOf(parent, id) is not { } path)
            return null;
        try
        {
            Directory.CreateDirectory(path);
            // Twice: a child that was forked between look and move is found by the second one.
            for (var i = 0; i < 2; i++)
            {
                foreach (var (pid, _) in processes.FindLiving())
                    Move(path, pid);
            }
            return new SessionCgroup(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = e.Message;
            return null;
        }
    }

    /// <summary>The directory below which groups may be made: this process' own, where <paramref name="use"/> allows it.</summary>
    public static string? ParentFor(CgroupUse use)
    {
        if (use == CgroupUse.Off || OwnDirectory() is not { } own || FileSystem.Access(own, MayWrite) != Errno.None)
            return null;
        // Delegation to a user makes the group that user's. Root may write everywhere, which says nothing.
        var delegated = CurrentProcess.EffectiveUser != 0
            && FileSystem.TryStat(own, out var facts) == Errno.None && facts.Owner == CurrentProcess.EffectiveUser;
        return use == CgroupUse.On || delegated ? own : null;
    }

    public HashSet<int> Members()
    {
        try
        {
            return [.. File.ReadAllLines(Path.Combine(_path, "cgroup.procs")).Select(l => int.Parse(l, CultureInfo.InvariantCulture))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Removed by somebody: what is known otherwise has to do.
            return [];
        }
    }

    /// <summary>SIGKILL to all members at once (Linux 5.14); earlier kernels leave it to the ladder.</summary>
    public void Kill()
    {
        try
        {
            File.WriteAllText(Path.Combine(_path, "cgroup.kill"), "1");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _ = e;
        }
    }

    /// <summary>Removes the empty group; one with members stays, until they have ended and somebody removes it.</summary>
    public void Remove()
    {
        try
        {
            Directory.Delete(_path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _ = e;
        }
    }

    private static void Move(string path, int pid)
    {
        try
        {
            File.WriteAllText(Path.Combine(path, "cgroup.procs"), pid.ToString(CultureInfo.InvariantCulture));
        }
        catch (IOException e) when (!ProcessFacts.TryRead(pid, out var facts) || facts.IsDead)
        {
            // It ended meanwhile.
            _ = e;
        }
    }

    private static string? PathOf(string? parent, string id) => parent is null ? null : Path.Combine(parent, $"holdfast-{id}");

    // "0::/path" names the group below the mount, whose line in mountinfo ends with its type.
    private static string? OwnDirectory()
    {
        var own = Array.Find(File.ReadAllLines("/proc/self/cgroup"), l => l.StartsWith("0::", StringComparison.Ordinal))?[3..];
        var mount = Array.Find(File.ReadAllLines("/proc/self/mountinfo"), l => l.Contains(" - cgroup2 ", StringComparison.Ordinal))?.Split(' ');
        if (own is null || mount is null)
            return null;
        var (root, point) = (mount[3], mount[4]);
        var below = root == "/" ? own : own.StartsWith(root, StringComparison.Ordinal) ? own[root.Length..] : null;
        return below is null ? null : Path.Join(point, below);
    }
}
