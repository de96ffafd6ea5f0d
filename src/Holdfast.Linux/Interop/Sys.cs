using System.Runtime.InteropServices;

namespace Holdfast.Linux.Interop;

/// <summary>The one place where results of system calls become values or exceptions, and EINTR is retried.</summary>
internal static class Sys
{
    public static Errno LastError => (Errno)Marshal.GetLastPInvokeError();

    public static int Check(string call, int result, string? subject = null) =>
        result >= 0 ? result : throw new LinuxException(call, LastError, subject);

    public static long Check(string call, long result, string? subject = null) =>
        result >= 0 ? result : throw new LinuxException(call, LastError, subject);

    /// <summary>The result of a transfer; the caller loops on <see cref="Interrupted"/> first.</summary>
    public static IoResult Io(long result) => result >= 0 ? new IoResult((int)result, Errno.None) : new IoResult(-1, LastError);

    /// <summary>True where a call must simply be made again.</summary>
    public static bool Interrupted(long result) => result < 0 && LastError == Errno.EINTR;
}
