using System.Collections;
using Holdfast.DaemonRpc.Lifecycle;
using Holdfast.DaemonRpc.Server;
using Holdfast.Linux;
using Holdfast.Linux.Files;
using Holdfast.Linux.Spawn;

namespace Holdfast.DaemonRpc.Client;

/// <summary>
/// Starts the daemon of one id: takes the lock, binds the socket, and hands both over, so that every client that comes meanwhile waits in the
/// socket's queue instead of asking again. The daemon is leader of its own session and has no other descriptor, no terminal, a clean environment.
/// Immutable; any thread.
/// </summary>
internal sealed class DaemonSpawner(DaemonPlace place, SpawnRules rules, string build) : IDaemonStart
{
    public bool TryStart()
    {
        SocketAddress.Check(place);
        try
        {
            place.Ensure();
            using var identity = IdentityLock.TryTake(place.LockFile);
            if (identity is null)
            {
                using var other = LivingDaemon.TryFind(place);
                other?.EndIfUnreachable();
                return false;
            }
            using var listener = ListeningPoint.TryBind(place.Socket);
            if (listener is null)
                return false;
            Spawn(identity, listener);
            return true;
        }
        catch (LinuxException e)
        {
            throw Translated(e);
        }
    }

    private static LifecycleException Translated(LinuxException e) => e.Error switch
    {
        Errno.EACCES or Errno.EPERM or Errno.EROFS => new LifecycleException("PERMISSION_DENIED", e.Message, "check the owner and the mode of what was named", e),
        Errno.ENOSPC => LifecycleException.DiskFull(e.Message, e),
        _ => new LifecycleException("DAEMON_START_FAILED", e.Message, hint: null, e),
    };

    private void Spawn(IdentityLock identity, Fd listener)
    {
        using var nothing = FileSystem.Open("/dev/null", OpenFlags.ReadOnly);
        using var log = LogRotation.Open(place);
        var plan = new SpawnPlan(rules.Program, "/", [rules.Program, .. rules.Arguments, .. LaunchArguments.For(place, build)], Variables());
        var error = ChildSpawner.TrySpawn(plan, new ChildDescriptors.Listed([nothing, log, log, identity.Fd, listener]), out _);
        if (error == Errno.None)
            return;
        FileSystem.Unlink(place.Socket);
        throw LifecycleException.StartFailed($"{rules.Program} cannot be executed ({error})", "");
    }

    private List<string> Variables()
    {
        var variables = new List<string>();
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            var name = (string)entry.Key;
            if (rules.Keeps(name))
                variables.Add($"{name}={entry.Value}");
        }
        return variables;
    }
}
