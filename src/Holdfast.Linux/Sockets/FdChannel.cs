using System.Runtime.InteropServices;
using Holdfast.Linux.Interop;

namespace Holdfast.Linux.Sockets;

/// <summary>What <see cref="FdChannel.Receive"/> got.</summary>
/// <param name="Result">Bytes of the message; 0 where the peer closed.</param>
/// <param name="Truncated">Bytes or descriptors of the message were lost: near the descriptor limit the kernel drops the rest silently.</param>
public readonly record struct ChannelMessage(IoResult Result, bool Truncated);

/// <summary>
/// One end of a SOCK_SEQPACKET pair over which messages travel whole, each with its descriptors (SCM_RIGHTS). Non-blocking.
/// A sender keeps its descriptors until the receiver acknowledged them; received ones are close-on-exec and belong to the receiver.
/// </summary>
public sealed unsafe class FdChannel(Fd fd) : IDisposable
{
    /// <summary>Most descriptors in one message: the kernel refuses more than 253 (SCM_MAX_FD).</summary>
    public const int MaxDescriptors = 253;

    private const int ControlHeader = 16;

    public Fd Fd { get; } = fd;

    public static (FdChannel One, FdChannel Other) CreatePair()
    {
        var fds = stackalloc int[2];
        const int type = Libc.SOCK_SEQPACKET | Libc.SOCK_CLOEXEC | Libc.SOCK_NONBLOCK;
        Sys.Check("socketpair", Libc.socketpair(Libc.AF_UNIX, type, 0, fds));
        return (new FdChannel(new Fd(fds[0])), new FdChannel(new Fd(fds[1])));
    }

    /// <summary>Sends one message. EAGAIN and ETOOMANYREFS: wait and send again, nothing was sent.</summary>
    public IoResult Send(ReadOnlySpan<byte> message, ReadOnlySpan<Fd> descriptors)
    {
        Span<byte> control = stackalloc byte[ControlHeader + (MaxDescriptors * 4) + 8];
        var controlLength = WriteRights(control, descriptors);
        fixed (byte* m = message, c = control)
        {
            var part = new Libc.Iovec { Base = m, Length = (nuint)message.Length };
            var header = new Libc.Msghdr { Iov = &part, IovLength = 1, Control = controlLength > 0 ? c : null, ControlLength = (nuint)controlLength };
            nint n;
            do
                n = Libc.sendmsg(Fd.Number, &header, Libc.MSG_NOSIGNAL | Libc.MSG_DONTWAIT);
            while (Sys.Interrupted(n));
            return Sys.Io(n);
        }
    }

    /// <summary>Receives one message and adds its descriptors to <paramref name="descriptors"/>.</summary>
    public ChannelMessage Receive(Span<byte> into, List<Fd> descriptors)
    {
        Span<byte> control = stackalloc byte[ControlHeader + (MaxDescriptors * 4) + 8];
        fixed (byte* m = into, c = control)
        {
            var part = new Libc.Iovec { Base = m, Length = (nuint)into.Length };
            var header = new Libc.Msghdr { Iov = &part, IovLength = 1, Control = c, ControlLength = (nuint)control.Length };
            nint n;
            do
            {
                header.ControlLength = (nuint)control.Length;
                n = Libc.recvmsg(Fd.Number, &header, Libc.MSG_CMSG_CLOEXEC | Libc.MSG_DONTWAIT);
            }
            while (Sys.Interrupted(n));
            if (n < 0)
                return new ChannelMessage(Sys.Io(n), Truncated: false);
            ReadRights(control[..(int)header.ControlLength], descriptors);
            return new ChannelMessage(Sys.Io(n), (header.Flags & (Libc.MSG_CTRUNC | Libc.MSG_TRUNC)) != 0);
        }
    }

    public void Dispose() => Fd.Dispose();

    private static int WriteRights(Span<byte> control, ReadOnlySpan<Fd> descriptors)
    {
        if (descriptors.IsEmpty)
            return 0;
        var length = ControlHeader + (descriptors.Length * 4);
        MemoryMarshal.Write(control, (nuint)length);
        MemoryMarshal.Write(control[8..], Libc.SOL_SOCKET);
        MemoryMarshal.Write(control[12..], Libc.SCM_RIGHTS);
        for (var i = 0; i < descriptors.Length; i++)
            MemoryMarshal.Write(control[(ControlHeader + (i * 4))..], descriptors[i].Number);
        return (length + 7) & ~7;
    }

    private static void ReadRights(ReadOnlySpan<byte> control, List<Fd> descriptors)
    {
        while (control.Length >= ControlHeader)
        {
            var length = (int)MemoryMarshal.Read<nuint>(control);
            if (length < ControlHeader || length > control.Length)
                return;
            if (MemoryMarshal.Read<int>(control[8..]) == Libc.SOL_SOCKET && MemoryMarshal.Read<int>(control[12..]) == Libc.SCM_RIGHTS)
            {
                for (var at = ControlHeader; at + 4 <= length; at += 4)
                    descriptors.Add(new Fd(MemoryMarshal.Read<int>(control[at..])));
            }
            control = control[Math.Min((length + 7) & ~7, control.Length)..];
        }
    }
}
