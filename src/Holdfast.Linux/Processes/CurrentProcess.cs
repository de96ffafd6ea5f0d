using System.Globalization;
using Holdfast.Linux.Files;
using Holdfast.Linux.Interop;

namespace Holdfast.Linux.Processes;

/// <summary>What this process is and may: identity, limits, and the ritual with which a long-lived one begins.</summary>
public static unsafe class CurrentProcess
{
    public static uint EffectiveUser => Libc.geteuid();

    public static int Nice => Libc.getpriority(0, 0);

    public static bool NoNewPrivileges => Libc.prctl(Libc.PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;

    public static ulong FileSizeLimit => Limit(Libc.RLIMIT_FSIZE).Soft;

    /// <summary>Soft limit of open descriptors; what children should see again.</summary>
    public static (ulong Soft, ulong Hard) DescriptorLimit => Limit(Libc.RLIMIT_NOFILE);

    /// <summary>
    /// First thing in Main of keeper and daemon: descriptors 0 to 2 are valid (a later one must never become a standard one), working
    /// directory /, SIGCHLD default, SIGXFSZ ignored. Returns the soft descriptor limit found, and raises it to the hard one.
    /// </summary>
    public static ulong Begin()
    {
        for (var fd = 0; fd <= 2; fd++)
            MakeValid(fd);
        FileSystem.ChangeDirectory("/");
        Children.RestoreDefaultSignal();
        IgnoreFileSizeSignal();
        Children.BecomeSubreaper();
        var (soft, hard) = DescriptorLimit;
        SetDescriptorLimit(hard, hard);
        return soft;
    }

    /// <summary>Number of open descriptors.</summary>
    public static int OpenDescriptors => Directory.GetFileSystemEntries("/proc/self/fd").Length;

    /// <summary>Resident bytes that are its own: no files, no shared memory (RssAnon of proc_pid_status(5)).</summary>
    public static long OwnMemory
    {
        get
        {
            const string name = "RssAnon:";
            var line = File.ReadLines("/proc/self/status").First(l => l.StartsWith(name, StringComparison.Ordinal));
            return long.Parse(line.AsSpan(name.Length).Trim().TrimEnd(" kB"), CultureInfo.InvariantCulture) * 1024;
        }
    }

    public static void SetDescriptorLimit(ulong soft, ulong hard)
    {
        var value = stackalloc ulong[2] { soft, hard };
        Sys.Check("setrlimit", Libc.setrlimit(Libc.RLIMIT_NOFILE, value));
    }

    /// <summary>Sets the soft descriptor limit of a child of ours.</summary>
    public static Errno SetDescriptorLimitOf(int pid, ulong soft, ulong hard)
    {
        var value = stackalloc ulong[2] { soft, hard };
        return Libc.prlimit(pid, Libc.RLIMIT_NOFILE, value, null) == 0 ? Errno.None : Sys.LastError;
    }

    // A file-size limit is then an error of the call (EFBIG) with a code for people, instead of a death in the middle of it.
    private static void IgnoreFileSizeSignal() => _ = Libc.signal(Signals.FileSizeExceeded, Libc.SIG_IGN);

    private static (ulong Soft, ulong Hard) Limit(int resource)
    {
        var value = stackalloc ulong[2];
        Sys.Check("getrlimit", Libc.getrlimit(resource, value));
        return (value[0], value[1]);
    }

    private static void MakeValid(int fd)
    {
        if (Libc.fcntl(fd, Libc.F_GETFL, 0) >= 0)
            return;
        // The lowest free number is the one that is missing.
        _ = Libc.open("/dev/null", fd == 0 ? OpenFlags.ReadOnly : OpenFlags.WriteOnly, 0);
    }
}
