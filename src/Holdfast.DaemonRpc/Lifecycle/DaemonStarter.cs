using System.Collections;
using Holdfast.Linux;
using Holdfast.Linux.Files;
using Holdfast.Linux.Processes;
using Holdfast.Linux.Spawn;

namespace Holdfast.DaemonRpc.Lifecycle;

/// <summary>
/// Starts the keeper, which binds the socket and starts the daemon. Without state; the keeper outlives the caller in a session of its own
/// and has none of the caller's descriptors, so that <c>$(holdfast new -d)</c> and <c>ssh host holdfast new -d</c> return.
/// </summary>
public static class DaemonStarter
{
    // Room for the pages that keeper and daemon share, and for their logs; a ring's own size is judged when it is made.
    private const ulong SmallestFileSizeLimit = 1024 * 1024;

    private const uint OwnerReadWrite = 0x180; // 0600

    // Entry of the descriptors passed on below.
    private const int LockDescriptor = 3;

    // What a session tells its programs about itself is not true for a daemon started from inside one.
    private static readonly string[] SessionVariables = ["HOLDFAST_SESSION", "HOLDFAST_SESSION_ID", "HOLDFAST_SOCKET"];

    /// <summary>True where this call started a keeper, false where another one lives or is being started.</summary>
    /// <exception cref="LifecycleException">The directories are unsafe, or the keeper cannot be executed.</exception>
    public static bool TryStart(StarterOptions options)
    {
        var paths = options.Paths;
        paths.CheckSocketPath();
        if (CurrentProcess.FileSizeLimit < SmallestFileSizeLimit)
            throw LifecycleException.FilesTooSmall(CurrentProcess.FileSizeLimit);
        DirectoryGuard.Ensure(paths.RuntimeDirectory);
        DirectoryGuard.Ensure(paths.StateDirectory);
        DirectoryGuard.Ensure(paths.LogDirectory);
        using var identity = IdentityLock.TryTake(paths.LockFile);
        if (identity is null)
            return false;
        using var nothing = FileSystem.Open("/dev/null", OpenFlags.ReadOnly);
        using var log = FileSystem.Open(paths.KeeperLog, OpenFlags.WriteOnly | OpenFlags.Append | OpenFlags.Create, OwnerReadWrite);
        var plan = new SpawnPlan(options.KeeperBinary, "/", Arguments(options), Variables(paths));
        var error = ChildSpawner.TrySpawn(plan, new ChildDescriptors.Listed([nothing, log, log, identity.Fd]), out _);
        if (error != Errno.None)
            throw LifecycleException.StartFailed($"{options.KeeperBinary} cannot be executed ({error})", "");
        return true;
    }

    private static List<string> Arguments(StarterOptions options) =>
    [
        options.KeeperBinary,
        "--runtime", options.Paths.RuntimeDirectory,
        "--state", options.Paths.StateDirectory,
        "--endpoint", options.Paths.EndpointFile,
        "--socket", options.Paths.Socket,
        "--daemon", options.DaemonBinary,
        "--lock-fd", $"{LockDescriptor}",
    ];

    private static List<string> Variables(DaemonPaths paths)
    {
        var variables = new List<string>();
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            var name = (string)entry.Key;
            if (Array.IndexOf(SessionVariables, name) >= 0)
                continue;
            // The keeper's directory is /: a relative path of the caller would mean another place there.
            var value = name switch
            {
                "HOLDFAST_RUNTIME_DIR" => paths.RuntimeDirectory,
                "HOLDFAST_STATE_DIR" => paths.StateDirectory,
                "HOLDFAST_CONFIG" => paths.ConfigFile,
                _ => (string?)entry.Value,
            };
            variables.Add($"{name}={value}");
        }
        return variables;
    }
}
