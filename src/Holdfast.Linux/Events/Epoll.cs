using System.Runtime.InteropServices;
using Holdfast.Linux.Interop;

namespace Holdfast.Linux.Events;

/// <summary>Readiness as epoll_ctl(2) names it.</summary>
[Flags]
public enum Readiness : uint
{
    None = 0,
    Readable = 1,
    Writable = 4,
    Error = 8,
    HangUp = 16,
    PeerClosed = 0x2000,
}

/// <summary>One ready descriptor: what it is ready for and the token it was registered with.</summary>
public readonly record struct ReadyEvent(Readiness Events, ulong Token);

/// <summary>
/// An epoll instance (epoll(7)), level triggered. Used by one thread. A descriptor is removed before it is closed: where another
/// process holds a duplicate, closing alone would leave it registered for ever.
/// </summary>
public sealed unsafe class Epoll : IDisposable
{
    // struct epoll_event is packed on x86-64 and naturally aligned elsewhere.
    private static readonly int EventBytes = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int TokenOffset = EventBytes - 8;

    // Two tell "another one" from "only this one".
    private const int PeekCapacity = 2;

    private readonly Fd _fd = new(Sys.Check("epoll_create1", Libc.epoll_create1(Libc.EPOLL_CLOEXEC)));
    private readonly byte[] _buffer;
    private readonly byte[] _peeked = GC.AllocateArray<byte>(PeekCapacity * 16, pinned: true);
    private readonly int _capacity;

    public Epoll(int capacity = 256)
    {
        _capacity = capacity;
        _buffer = GC.AllocateArray<byte>(capacity * 16, pinned: true);
    }

    public void Add(Fd fd, Readiness interest, ulong token) => Control(Libc.EPOLL_CTL_ADD, fd, interest, token);

    public void Modify(Fd fd, Readiness interest, ulong token) => Control(Libc.EPOLL_CTL_MOD, fd, interest, token);

    public void Remove(Fd fd) => Control(Libc.EPOLL_CTL_DEL, fd, Readiness.None, 0);

    /// <summary>Waits until something is ready or the time is over; -1 waits for ever. Returns how many events are there.</summary>
    public int Wait(int milliseconds)
    {
        fixed (byte* p = _buffer)
        {
            var n = Libc.epoll_wait(_fd.Number, p, _capacity, milliseconds);
            // An interrupted wait is a wake-up without events: the caller recomputes its deadline.
            return n < 0 && Sys.LastError == Errno.EINTR ? 0 : Sys.Check("epoll_wait", n);
        }
    }

    /// <summary>Whether a descriptor registered with another token is ready now. The events of the last <see cref="Wait"/> stay as they are.</summary>
    public bool IsAnotherReady(ulong token)
    {
        int count;
        fixed (byte* p = _peeked)
            count = Libc.epoll_wait(_fd.Number, p, PeekCapacity, 0);
        return count == PeekCapacity || (count == 1 && MemoryMarshal.Read<ulong>(_peeked.AsSpan(TokenOffset)) != token);
    }

    /// <summary>Event number <paramref name="index"/> of the last <see cref="Wait"/>.</summary>
    public ReadyEvent this[int index]
    {
        get
        {
            var e = _buffer.AsSpan(index * EventBytes, EventBytes);
            return new ReadyEvent((Readiness)MemoryMarshal.Read<uint>(e), MemoryMarshal.Read<ulong>(e[TokenOffset..]));
        }
    }

    public void Dispose() => _fd.Dispose();

    private void Control(int operation, Fd fd, Readiness interest, ulong token)
    {
        Span<byte> e = stackalloc byte[16];
        MemoryMarshal.Write(e, (uint)interest);
        MemoryMarshal.Write(e[TokenOffset..], token);
        fixed (byte* p = e)
            Sys.Check("epoll_ctl", Libc.epoll_ctl(_fd.Number, operation, fd.Number, p));
    }
}
