using System.Runtime.InteropServices;
using System.Text;
using Holdfast.Linux.Interop;

namespace Holdfast.Linux.Sockets;

/// <summary>Who is at the other end of a Unix socket, as the kernel knows it (SO_PEERCRED): at the time of connect.</summary>
public readonly record struct PeerCredentials(int Pid, uint Uid, uint Gid);

/// <summary>Calls on Unix sockets (unix(7)). All sockets are non-blocking and close-on-exec; no call raises SIGPIPE.</summary>
public static unsafe class UnixSocket
{
    /// <summary>Longest path a socket address holds, its final zero apart.</summary>
    public const int MaxPathBytes = 107;

    private const int StreamType = Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC | Libc.SOCK_NONBLOCK;

    /// <summary>A listening stream socket at the path, which must not exist.</summary>
    public static Fd Listen(string path, int backlog)
    {
        Span<byte> address = stackalloc byte[2 + MaxPathBytes + 1];
        var length = WriteAddress("bind", path, address);
        var fd = new Fd(Sys.Check("socket", Libc.socket(Libc.AF_UNIX, StreamType, 0)));
        try
        {
            fixed (byte* p = address)
                Sys.Check("bind", Libc.bind(fd.Number, p, length), path);
            Sys.Check("listen", Libc.listen(fd.Number, backlog));
            return fd;
        }
        catch
        {
            fd.Dispose();
            throw;
        }
    }

    /// <summary>Connects; the error where nobody can be reached. EAGAIN: the backlog is full, try again.</summary>
    public static Errno TryConnect(string path, out Fd? connection)
    {
        connection = null;
        Span<byte> address = stackalloc byte[2 + MaxPathBytes + 1];
        var length = WriteAddress("connect", path, address);
        var fd = new Fd(Sys.Check("socket", Libc.socket(Libc.AF_UNIX, StreamType, 0)));
        fixed (byte* p = address)
        {
            if (Libc.connect(fd.Number, p, length) == 0)
            {
                connection = fd;
                return Errno.None;
            }
        }
        var error = Sys.LastError;
        fd.Dispose();
        return error;
    }

    /// <summary>Takes the next waiting connection; the error where there is none (EAGAIN) or no descriptor is left (EMFILE).</summary>
    public static Errno TryAccept(Fd listener, out Fd? connection)
    {
        int number;
        do
            number = Libc.accept4(listener.Number, null, null, Libc.SOCK_CLOEXEC | Libc.SOCK_NONBLOCK);
        while (Sys.Interrupted(number));
        connection = number >= 0 ? new Fd(number) : null;
        return number >= 0 ? Errno.None : Sys.LastError;
    }

    public static PeerCredentials PeerOf(Fd connection)
    {
        var value = stackalloc int[3];
        uint length = 12;
        Sys.Check("getsockopt(SO_PEERCRED)", Libc.getsockopt(connection.Number, Libc.SOL_SOCKET, Libc.SO_PEERCRED, value, &length));
        return new PeerCredentials(value[0], (uint)value[1], (uint)value[2]);
    }

    public static void SetSendBuffer(Fd fd, int bytes) =>
        Sys.Check("setsockopt(SO_SNDBUF)", Libc.setsockopt(fd.Number, Libc.SOL_SOCKET, Libc.SO_SNDBUF, &bytes, 4));

    /// <summary>The peer reads an end behind what was sent, and can still send (shutdown(2), SHUT_WR). Nothing where it is gone.</summary>
    public static void ShutDownSending(Fd fd)
    {
        if (Libc.shutdown(fd.Number, Libc.SHUT_WR) != 0 && Sys.LastError is var error and not Errno.ENOTCONN)
            throw new LinuxException("shutdown", error);
    }

    public static IoResult Receive(Fd fd, Span<byte> into)
    {
        fixed (byte* p = into)
        {
            nint n;
            do
                n = Libc.recv(fd.Number, p, (nuint)into.Length, Libc.MSG_DONTWAIT);
            while (Sys.Interrupted(n));
            return Sys.Io(n);
        }
    }

    public static IoResult Send(Fd fd, ReadOnlySpan<byte> bytes) => Send(fd, bytes, default, default);

    /// <summary>Sends a header, a body and what follows it in one call, without copying them together (sendmsg(2)).</summary>
    public static IoResult Send(Fd fd, ReadOnlySpan<byte> header, ReadOnlySpan<byte> body, ReadOnlySpan<byte> trailer = default)
    {
        fixed (byte* h = header, b = body, t = trailer)
        {
            var parts = stackalloc Libc.Iovec[3];
            parts[0] = new Libc.Iovec { Base = h, Length = (nuint)header.Length };
            parts[1] = new Libc.Iovec { Base = b, Length = (nuint)body.Length };
            parts[2] = new Libc.Iovec { Base = t, Length = (nuint)trailer.Length };
            var message = new Libc.Msghdr { Iov = parts, IovLength = trailer.IsEmpty ? 2u : 3u };
            nint n;
            do
                n = Libc.sendmsg(fd.Number, &message, Libc.MSG_NOSIGNAL | Libc.MSG_DONTWAIT);
            while (Sys.Interrupted(n));
            return Sys.Io(n);
        }
    }

    private static uint WriteAddress(string call, string path, Span<byte> address)
    {
        var bytes = Encoding.UTF8.GetByteCount(path);
        if (bytes > MaxPathBytes)
            throw new LinuxException(call, Errno.ENAMETOOLONG, path);
        // An address that begins with zero is an abstract name: no file, and no permissions.
        if (bytes == 0 || path.Contains('\0', StringComparison.Ordinal))
            throw new LinuxException(call, Errno.EINVAL, path);
        address.Clear();
        var family = (ushort)Libc.AF_UNIX;
        MemoryMarshal.Write(address, in family);
        Encoding.UTF8.GetBytes(path, address[2..]);
        return (uint)(2 + bytes + 1);
    }
}
