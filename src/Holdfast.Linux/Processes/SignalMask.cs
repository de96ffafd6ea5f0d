using Holdfast.Linux.Interop;

namespace Holdfast.Linux.Processes;

/// <summary>
/// The signals that ask a process to end, blocked on the calling thread while nobody listens for them: across execve(2) their default
/// action would end it. Stateless; concerns the calling thread.
/// </summary>
public static unsafe class SignalMask
{
    // sigset_t of glibc is 128 bytes.
    private const int SetBytes = 128;

    public static void BlockRequestsToEnd() => Change(Libc.SIG_BLOCK);

    /// <summary>Those that came meanwhile are delivered now.</summary>
    public static void UnblockRequestsToEnd() => Change(Libc.SIG_UNBLOCK);

    private static void Change(int how)
    {
        var set = stackalloc byte[SetBytes];
        Libc.sigemptyset(set);
        foreach (var signal in (ReadOnlySpan<int>)[Signals.Term, Signals.HangUp, Signals.Int, Signals.Quit])
            Libc.sigaddset(set, signal);
        var error = Libc.pthread_sigmask(how, set, null);
        if (error != 0)
            throw new LinuxException("pthread_sigmask", (Errno)error);
    }
}
