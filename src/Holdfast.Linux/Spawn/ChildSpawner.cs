using Holdfast.Linux.Interop;

namespace Holdfast.Linux.Spawn;

/// <summary>What a child's descriptors are.</summary>
public abstract record ChildDescriptors
{
    /// <summary>0, 1 and 2 are this slave, opened anew from its descriptor so that it becomes the controlling terminal.</summary>
    public sealed record Terminal(Fd Slave) : ChildDescriptors;

    /// <summary>Entry i becomes the child's descriptor i.</summary>
    public sealed record Listed(IReadOnlyList<Fd> Descriptors) : ChildDescriptors;
}

/// <summary>
/// Starts processes with posix_spawn(3): no fork in managed code. The child is leader of its own session, has every signal at its default,
/// none blocked, and no descriptor but those given. Blocks until the program was executed, which on a hung file system is long:
/// callers that must not stand still use a thread of their own.
/// </summary>
public static unsafe class ChildSpawner
{
    // Sizes of posix_spawnattr_t (336), posix_spawn_file_actions_t (80) and sigset_t (128) in glibc, with room to grow.
    private const int OpaqueBytes = 1024;

    /// <summary>The new pid, or the error: of the descriptor, the directory or the program alike (ENOENT, EACCES, ENOEXEC, E2BIG …).</summary>
    public static Errno TrySpawn(SpawnPlan plan, ChildDescriptors descriptors, out int pid)
    {
        var attributes = stackalloc byte[OpaqueBytes];
        var actions = stackalloc byte[OpaqueBytes];
        using var strings = new NativeStrings();
        SetAttributes(attributes);
        Libc.posix_spawn_file_actions_init(actions);
        var moved = new List<Fd>();
        int child;
        try
        {
            AddDescriptors(actions, descriptors, strings, moved);
            fixed (byte** argv = strings.Array(plan.Arguments), envp = strings.Array(plan.Environment))
            {
                // Relative to the new descriptors, so the terminal is opened first even where the directory is missing.
                Check(Libc.posix_spawn_file_actions_addchdir_np(actions, strings.Add(plan.Directory)));
                Check(Libc.posix_spawn_file_actions_addclosefrom_np(actions, ChildCount(descriptors)));
                var result = (Errno)Libc.posix_spawn(&child, strings.Add(plan.Program), actions, attributes, argv, envp);
                pid = result == Errno.None ? child : 0;
                return result;
            }
        }
        finally
        {
            foreach (var fd in moved)
                fd.Dispose();
            Libc.posix_spawn_file_actions_destroy(actions);
            Libc.posix_spawnattr_destroy(attributes);
        }
    }

    private static void SetAttributes(byte* attributes)
    {
        var set = stackalloc byte[OpaqueBytes];
        Check(Libc.posix_spawnattr_init(attributes));
        Check(Libc.posix_spawnattr_setflags(
            attributes, Libc.POSIX_SPAWN_SETSID | Libc.POSIX_SPAWN_SETSIGDEF | Libc.POSIX_SPAWN_SETSIGMASK));
        Libc.sigfillset(set);
        Check(Libc.posix_spawnattr_setsigdefault(attributes, set));
        Libc.sigemptyset(set);
        Check(Libc.posix_spawnattr_setsigmask(attributes, set));
    }

    // Sources are duplicated above every target first, so that placing one never overwrites another; and no higher than needed,
    // because a low descriptor limit refuses high numbers.
    private static void AddDescriptors(byte* actions, ChildDescriptors descriptors, NativeStrings strings, List<Fd> moved)
    {
        var aboveTargets = ChildCount(descriptors);
        switch (descriptors)
        {
            case ChildDescriptors.Terminal terminal:
                // The first terminal a session leader opens without O_NOCTTY becomes its controlling terminal on Linux.
                var slave = terminal.Slave.Duplicate(aboveTargets);
                moved.Add(slave);
                Check(Libc.posix_spawn_file_actions_addopen(actions, 0, strings.Add($"/proc/self/fd/{slave.Number}"), OpenFlags.ReadWrite, 0));
                Check(Libc.posix_spawn_file_actions_adddup2(actions, 0, 1));
                Check(Libc.posix_spawn_file_actions_adddup2(actions, 0, 2));
                break;
            case ChildDescriptors.Listed listed:
                foreach (var fd in listed.Descriptors)
                    moved.Add(fd.Duplicate(aboveTargets));
                for (var target = 0; target < moved.Count; target++)
                    Check(Libc.posix_spawn_file_actions_adddup2(actions, moved[target].Number, target));
                break;
            default:
                throw new ArgumentException("unknown descriptors", nameof(descriptors));
        }
    }

    private static int ChildCount(ChildDescriptors descriptors) =>
        descriptors is ChildDescriptors.Listed listed ? listed.Descriptors.Count : 3;

    private static void Check(int error)
    {
        if (error != 0)
            throw new LinuxException("posix_spawn", (Errno)error);
    }
}
