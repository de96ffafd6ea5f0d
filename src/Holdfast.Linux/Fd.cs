using System.Runtime.InteropServices;
using Holdfast.Linux.Interop;

namespace Holdfast.Linux;

/// <summary>
/// An open file descriptor. Whoever holds it closes it with <see cref="SafeHandle.Dispose()"/>; there is no finalizer, because a
/// descriptor closed behind its owner's back may be the last one of a terminal and would hang up a living shell.
/// A lost handle therefore shows as a leak in the descriptor census instead. Used by one thread at a time.
/// </summary>
public sealed class Fd : SafeHandle
{
    public Fd(int number)
        : base(-1, ownsHandle: true)
    {
        SetHandle(number);
        GC.SuppressFinalize(this);
    }

    public override bool IsInvalid => handle < 0;

    /// <summary>The number, valid until disposed.</summary>
    public int Number
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return (int)handle;
        }
    }

    /// <summary>A second descriptor of the same open file, close-on-exec, not below <paramref name="atLeast"/>.</summary>
    public Fd Duplicate(int atLeast = 3) =>
        new(Sys.Check("fcntl(F_DUPFD_CLOEXEC)", Libc.fcntl(Number, Libc.F_DUPFD_CLOEXEC, atLeast)));

    /// <summary>Lets the next program keep the descriptor open across exec, or not.</summary>
    public void SetCloseOnExec(bool on) => Sys.Check("fcntl(F_SETFD)", Libc.fcntl(Number, Libc.F_SETFD, on ? 1 : 0));

    /// <summary>Sets O_NONBLOCK, which all descriptors of the same open file share.</summary>
    public void SetNonBlocking()
    {
        var flags = Sys.Check("fcntl(F_GETFL)", Libc.fcntl(Number, Libc.F_GETFL, 0));
        Sys.Check("fcntl(F_SETFL)", Libc.fcntl(Number, Libc.F_SETFL, flags | OpenFlags.NonBlocking));
    }

    /// <summary>Clears O_NONBLOCK: for a descriptor that is handed to code which waits in the kernel.</summary>
    public void SetBlocking()
    {
        var flags = Sys.Check("fcntl(F_GETFL)", Libc.fcntl(Number, Libc.F_GETFL, 0));
        Sys.Check("fcntl(F_SETFL)", Libc.fcntl(Number, Libc.F_SETFL, flags & ~OpenFlags.NonBlocking));
    }

    public override string ToString() => IsClosed ? "fd(closed)" : $"fd({handle})";

    // EINTR included, Linux has always closed the descriptor when close returns (close(2)).
    protected override bool ReleaseHandle()
    {
        _ = Libc.close((int)handle);
        return true;
    }
}
