using System.Collections;
using Holdfast.Linux;
using Holdfast.Linux.Files;
using Holdfast.Linux.Spawn;

namespace Holdfast.Keeper;

/// <summary>
/// How a daemon is started: its command line, its environment, its log and its end of the control channel. Immutable; loop thread only.
/// </summary>
internal sealed class DaemonProgram(KeeperOptions options, ChildLimits limits)
{
    // A daemon that logs much is looked at after a crash: one former file is kept.
    private const long MaxLogBytes = 8 << 20;
    private const uint OwnerOnly = 0x180; // 0600
    private const int ImageDescriptor = 4;
    private const uint OwnerOnlyDirectory = 0x1C0; // 0700

    /// <summary>The soft descriptor limit of the first starter; a keeper that takes over cannot find it otherwise.</summary>
    public const string OriginalLimitVariable = "HOLDFAST_ORIGINAL_NOFILE";

    /// <summary>The executable; another one after an upgrade.</summary>
    public string Path { get; set; } = options.DaemonProgram;

    /// <summary>What is executed instead of the path's file, where that is not the program any more.</summary>
    public Fd? Image { get; set; }

    /// <summary>A job that starts it; it has <paramref name="control"/> as descriptor 3.</summary>
    public SpawnJob Job(Fd control, Action<SpawnOutcome> done)
    {
        var nothing = FileSystem.Open("/dev/null", OpenFlags.ReadOnly);
        var log = OpenLog();
        return new SpawnJob(limits, done)
        {
            Plan = new SpawnPlan(Image is null ? Path : $"/proc/self/fd/{ImageDescriptor}", "/", [Path, "daemon", "run"], Variables()),
            Descriptors = new ChildDescriptors.Listed(Image is null ? [nothing, log, log, control] : [nothing, log, log, control, Image]),
            Owned = [nothing, log, control],
        };
    }

    private Fd OpenLog()
    {
        var directory = System.IO.Path.Combine(options.StateDirectory, "logs");
        var path = System.IO.Path.Combine(directory, "daemon.log");
        FileSystem.MakeDirectory(directory, OwnerOnlyDirectory);
        if (FileSystem.TryStat(path, out var facts) == Errno.None && facts.Size > MaxLogBytes)
            FileSystem.Rename(path, path + ".1");
        try
        {
            return FileSystem.Open(path, OpenFlags.WriteOnly | OpenFlags.Append | OpenFlags.Create, OwnerOnly);
        }
        catch (LinuxException)
        {
            // A full disk or a removed directory must not keep the daemon from its sessions.
            return FileSystem.Open("/dev/null", OpenFlags.WriteOnly);
        }
    }

    private List<string> Variables()
    {
        var variables = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
            variables[(string)entry.Key] = (string?)entry.Value;
        // The directories are passed on for sure, but a directory that nobody chose must not look chosen: it names the identity's lock.
        if (!variables.ContainsKey("HOLDFAST_RUNTIME_DIR"))
            variables["HOLDFAST_IDENTITY"] = "default";
        variables["HOLDFAST_RUNTIME_DIR"] = options.RuntimeDirectory;
        variables["HOLDFAST_STATE_DIR"] = options.StateDirectory;
        variables[OriginalLimitVariable] = $"{limits.Soft}";
        return [.. variables.Select(v => $"{v.Key}={v.Value}")];
    }
}
