using Holdfast.Linux.Interop;

namespace Holdfast.Linux.Processes;

/// <summary>
/// While this lives, SIGCHLD has its default action, which is none: the runtime's handler may want to start a thread, which the kernel refuses during an
/// execve(2), and then ends the process. Disposing puts the handler back, as it was (sigaction(2)). One at a time, around one execve.
/// </summary>
public sealed unsafe class ChildSignalPause : IDisposable
{
    // struct sigaction of glibc, on x64 and arm64.
    private const int ActionBytes = 152;

    private readonly byte[] _before = new byte[ActionBytes];

    public ChildSignalPause()
    {
        fixed (byte* before = _before)
            Sys.Check("sigaction", Libc.sigaction(Signals.Child, null, before));
        Children.RestoreDefaultSignal();
    }

    public void Dispose()
    {
        fixed (byte* before = _before)
            Sys.Check("sigaction", Libc.sigaction(Signals.Child, before, null));
    }
}
