using Holdfast.Linux.Processes;

namespace Holdfast.DaemonRpc.Lifecycle;

/// <summary>
/// Where the daemon of one id keeps what it keeps: one directory below a private one of the user. Immutable; daemons of several ids live side by side.
/// </summary>
public sealed record DaemonPlace : IDaemonPlace
{
    /// <summary>Names the directory of all daemons where a user wants another one.</summary>
    public const string DirectoryVariable = "DAEMON_RPC_DIR";

    private const int LongestId = 50;

    private DaemonPlace(string id, string parent) => (Id, Parent, Directory) = (id, parent, Path.Combine(parent, id));

    public string Id { get; }

    /// <summary>Private to the user (0700), like the one of each id in it.</summary>
    public string Parent { get; }

    public string Directory { get; }

    public string Socket => Path.Combine(Directory, "socket");

    public string LockFile => Path.Combine(Directory, "lock");

    /// <summary>Who the daemon is, for people and for whoever must end one that hangs; never what decides whether one lives.</summary>
    public string PidFile => Path.Combine(Directory, "pid");

    /// <summary>Standard error of the daemon, and its standard output.</summary>
    public string LogFile => Path.Combine(Directory, "log");

    public string? EndpointFile => null;

    public IReadOnlyList<string> LogFiles => [LogFile];

    public DaemonHints Hints { get; } = new(
        $"set {DirectoryVariable} to another, shorter directory", "call it without the option that forbids starting one", "`daemon status` and its log tell more");

    /// <exception cref="ArgumentException">The id is none: letters, digits, '-', '_' and '.', at most 50, not a '.' first.</exception>
    public static DaemonPlace For(string id, string? directory = null)
    {
        if (id.Length is 0 or > LongestId || id[0] == '.' || !id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            throw new ArgumentException($"'{id}' is no daemon id: 1 to {LongestId} letters, digits, '-', '_' and '.', not beginning with '.'", nameof(id));
        var chosen = directory ?? Environment.GetEnvironmentVariable(DirectoryVariable);
        if (!string.IsNullOrEmpty(chosen))
            return new DaemonPlace(id, Path.TrimEndingDirectorySeparator(Path.GetFullPath(chosen)));
        // The XDG specification: a relative path is invalid and to be ignored.
        var runtime = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR");
        return new DaemonPlace(id, runtime?.StartsWith('/') == true ? Path.Combine(runtime, "daemon-rpc") : $"/tmp/daemon-rpc-{CurrentProcess.EffectiveUser}");
    }

    /// <exception cref="LifecycleException">A directory is unsafe or cannot be made.</exception>
    public void Ensure()
    {
        DirectoryGuard.Ensure(Parent, Hints.ChooseDirectory);
        DirectoryGuard.Ensure(Directory, Hints.ChooseDirectory);
    }
}
