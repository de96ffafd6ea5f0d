using Holdfast.Linux.Interop;

namespace Holdfast.Linux.Events;

/// <summary>A wake-up that any thread may ring and one loop hears (eventfd(2)). Owned by the loop.</summary>
public sealed unsafe class EventFd : IDisposable
{
    public Fd Fd { get; } = new(Sys.Check("eventfd", Libc.eventfd(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK)));

    /// <summary>Wakes the loop. From any thread; many rings before the loop looks count as one.</summary>
    public void Ring()
    {
        ulong one = 1;
        // EAGAIN means the counter is full: the loop is awake already.
        _ = Libc.write(Fd.Number, &one, 8);
    }

    /// <summary>Takes the rings so far; 0 where there were none.</summary>
    public ulong Clear()
    {
        ulong count;
        return Libc.read(Fd.Number, &count, 8) == 8 ? count : 0;
    }

    public void Dispose() => Fd.Dispose();
}
