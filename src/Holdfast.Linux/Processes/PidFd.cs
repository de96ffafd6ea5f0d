using System.Buffers.Binary;
using Holdfast.Linux.Interop;

namespace Holdfast.Linux.Processes;

/// <summary>What asking for an exit status gave.</summary>
public enum ExitQuery
{
    /// <summary>It has not ended, or its status cannot be read yet.</summary>
    NotYet,
    Known,

    /// <summary>It is not our child; ask another way.</summary>
    NotOurChild,
}

/// <summary>
/// A process by a descriptor that names it for ever, so that a recycled pid is never meant (pidfd_open(2)). Readable once it ended.
/// Owns its descriptor; calls are safe from any thread.
/// </summary>
public sealed unsafe class PidFd(Fd fd) : IDisposable
{
    private const uint ProcessGroup = 4;         // PIDFD_SIGNAL_PROCESS_GROUP, Linux 6.9
    private const nuint GetInfo = 0xC040FF0B;    // PIDFD_GET_INFO with the 64 bytes of Linux 6.13
    private const ulong InfoExit = 8;            // PIDFD_INFO_EXIT, Linux 6.15

    public Fd Fd { get; } = fd;

    public static Errno TryOpen(int pid, out PidFd? process)
    {
        var number = (int)Libc.syscall(Libc.SYS_pidfd_open, pid, 0, 0, 0);
        process = number >= 0 ? new PidFd(new Fd(number)) : null;
        return number >= 0 ? Errno.None : Sys.LastError;
    }

    /// <summary>Signals exactly this process; ESRCH where it has ended and was reaped.</summary>
    public Errno Send(int signal) => Result(Libc.syscall(Libc.SYS_pidfd_send_signal, Fd.Number, signal, 0, 0));

    /// <summary>
    /// Signals its process group. EINVAL on kernels before 6.9: the caller, who knows the leader's pid to be pinned, uses the group's number.
    /// </summary>
    public Errno SendToGroup(int signal) => Result(Libc.syscall(Libc.SYS_pidfd_send_signal, Fd.Number, signal, 0, (nint)ProcessGroup));

    /// <summary>Reads the status of our child; <paramref name="reap"/> also lets the kernel forget it, so that its pid is free again.</summary>
    public ExitQuery QueryChild(bool reap, out ExitStatus status)
    {
        Span<byte> info = stackalloc byte[128];
        status = default;
        fixed (byte* p = info)
        {
            int result;
            do
                result = Libc.waitid(Libc.P_PIDFD, (uint)Fd.Number, p, Libc.WEXITED | Libc.WNOHANG | (reap ? 0 : Libc.WNOWAIT));
            while (Sys.Interrupted(result));
            if (result != 0)
                return Sys.LastError == Errno.ECHILD ? ExitQuery.NotOurChild : throw new LinuxException("waitid", Sys.LastError);
        }
        return Children.ReadInfo(info, out _, out status) ? ExitQuery.Known : ExitQuery.NotYet;
    }

    /// <summary>
    /// Asks for the status of a process that is not our child: its zombie's stat while it waits to be reaped, then PIDFD_GET_INFO,
    /// which knows it only after somebody reaped it. NotYet: ask again a little later.
    /// </summary>
    public ExitQuery QueryStranger(int pid, out ExitStatus status)
    {
        if (ProcessFacts.TryRead(pid, out var facts) && facts.State == 'Z' && facts.ExitCode is { } code && StillNames(pid))
        {
            status = ExitStatus.FromWaitStatus(code);
            return ExitQuery.Known;
        }
        Span<byte> info = stackalloc byte[64];
        BinaryPrimitives.WriteUInt64LittleEndian(info, InfoExit);
        fixed (byte* p = info)
        {
            if (Libc.ioctl(Fd.Number, GetInfo, p) == 0 && (BinaryPrimitives.ReadUInt64LittleEndian(info) & InfoExit) != 0)
            {
                status = ExitStatus.FromWaitStatus(BinaryPrimitives.ReadInt32LittleEndian(info[60..]));
                return ExitQuery.Known;
            }
        }
        status = default;
        return ExitQuery.NotYet;
    }

    public void Dispose() => Fd.Dispose();

    // Signal 0 reaches a zombie, and fails once it was reaped: then the number may name another process.
    private bool StillNames(int pid) => pid > 0 && Send(0) != Errno.ESRCH;

    private static Errno Result(nint result) => result == 0 ? Errno.None : Sys.LastError;
}
