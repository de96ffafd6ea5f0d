using Holdfast.Linux;
using Holdfast.Linux.Files;
using Holdfast.Linux.Processes;

namespace Holdfast.DaemonRpc.Lifecycle;

/// <summary>
/// Makes directories that nobody else can enter, and refuses those that are not so. Without state; callable from any thread.
/// </summary>
public static class DirectoryGuard
{
    private const int OthersBits = 0x3F; // 0077

    private const uint OwnerOnly = 0x1C0; // 0700

    /// <param name="choose">What a person does to have another directory.</param>
    /// <exception cref="LifecycleException">RUNTIME_DIR_UNSAFE, or PERMISSION_DENIED where it cannot be made.</exception>
    public static void Ensure(string path, string? choose = null)
    {
        // With a slash at its end a symlink would be followed.
        var exact = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        Make(exact);
        var error = FileSystem.TryStat(exact, out var facts);
        if (error != Errno.None)
            throw LifecycleException.Denied(exact, "stat", error);
        if (facts.IsSymlink)
            throw LifecycleException.Unsafe(exact, "is a symlink", choose);
        if (!facts.IsDirectory)
            throw LifecycleException.Unsafe(exact, "is not a directory", choose);
        if (facts.Owner != CurrentProcess.EffectiveUser)
            throw LifecycleException.Unsafe(exact, $"belongs to user {facts.Owner}, not to {CurrentProcess.EffectiveUser}", choose);
        if ((facts.Permissions & OthersBits) != 0)
            throw LifecycleException.Unsafe(exact, $"is open to others (mode {Convert.ToString(facts.Permissions, 8)})", choose);
    }

    private static void Make(string path)
    {
        var error = FileSystem.MakeDirectory(path, OwnerOnly);
        if (error == Errno.ENOENT && Path.GetDirectoryName(path) is { Length: > 0 } parent)
        {
            Make(parent);
            error = FileSystem.MakeDirectory(path, OwnerOnly);
        }
        if (error is not (Errno.None or Errno.EEXIST))
            throw LifecycleException.Denied(path, "mkdir", error);
    }
}
