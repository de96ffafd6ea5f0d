using System.Buffers.Binary;
using Holdfast.Linux.Interop;

namespace Holdfast.Linux.Processes;

/// <summary>Calls about the children of this process as a whole, and what a process is for its descendants.</summary>
public static unsafe class Children
{
    /// <summary>Orphaned descendants come to this process instead of to PID 1 (PR_SET_CHILD_SUBREAPER).</summary>
    public static void BecomeSubreaper() => Sys.Check("prctl", Libc.prctl(Libc.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0));

    /// <summary>SIGCHLD back to its default: where a starter had it ignored, the kernel would throw every exit status away.</summary>
    public static void RestoreDefaultSignal() => _ = Libc.signal(Signals.Child, 0);

    /// <summary>The pid of some child that has ended, without reaping it; 0 where there is none.</summary>
    public static int PeekEnded()
    {
        Span<byte> info = stackalloc byte[128];
        fixed (byte* p = info)
        {
            int result;
            do
                result = Libc.waitid(Libc.P_ALL, 0, p, Libc.WEXITED | Libc.WNOHANG | Libc.WNOWAIT);
            while (Sys.Interrupted(result));
            if (result != 0)
                return Sys.LastError == Errno.ECHILD ? 0 : throw new LinuxException("waitid", Sys.LastError);
        }
        ReadInfo(info, out var pid, out _);
        return pid;
    }

    /// <summary>Reaps one ended child by its pid, which as our zombie cannot have been recycled.</summary>
    public static bool Reap(int pid, out ExitStatus status)
    {
        const int byPid = 1; // P_PID
        Span<byte> info = stackalloc byte[128];
        fixed (byte* p = info)
        {
            if (Libc.waitid(byPid, (uint)pid, p, Libc.WEXITED | Libc.WNOHANG) != 0)
            {
                status = default;
                return false;
            }
        }
        return ReadInfo(info, out _, out status);
    }

    /// <summary>
    /// Signals a process group by its number, for kernels whose pidfd cannot. The caller knows the number to be pinned: its leader is
    /// alive or an unreaped child of ours.
    /// </summary>
    public static Errno SignalGroup(int group, int signal) => Libc.killpg(group, signal) == 0 ? Errno.None : Sys.LastError;

    // siginfo_t of SIGCHLD on 64-bit Linux: si_code at 8, si_pid at 16, si_status at 24. si_pid 0: nothing has ended.
    internal static bool ReadInfo(ReadOnlySpan<byte> info, out int pid, out ExitStatus status)
    {
        pid = BinaryPrimitives.ReadInt32LittleEndian(info[16..]);
        var value = BinaryPrimitives.ReadInt32LittleEndian(info[24..]);
        var exited = BinaryPrimitives.ReadInt32LittleEndian(info[8..]) == Libc.CLD_EXITED;
        status = exited ? new ExitStatus(value & 0xff, 0, Lost: false) : new ExitStatus(0, value & 0x7f, Lost: false);
        return pid != 0;
    }
}
