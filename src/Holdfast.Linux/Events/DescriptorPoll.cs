using System.Runtime.InteropServices;
using Holdfast.Linux.Interop;

namespace Holdfast.Linux.Events;

/// <summary>One line of a <see cref="DescriptorPoll"/>: struct pollfd of poll(2). A negative number is left out by the kernel.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct PollEntry(int number, Readiness interest)
{
    private readonly int _number = number;
    private readonly short _interest = (short)interest;
    private short _ready;

    public static PollEntry None => new(-1, Readiness.None);

    /// <summary>What the last poll found; errors and hang-ups also where nobody asked for them.</summary>
    public readonly Readiness Ready => (Readiness)(ushort)_ready;
}

/// <summary>poll(2): for one thread that looks at a few descriptors and needs no registration that lives on. Stateless.</summary>
public static unsafe class DescriptorPoll
{
    /// <summary>Waits until one is ready or the time is over; -1 waits for ever. Returns how many are ready; 0 also after a signal.</summary>
    public static int Wait(Span<PollEntry> entries, int milliseconds)
    {
        fixed (PollEntry* p = entries)
        {
            var n = Libc.poll(p, (nuint)entries.Length, milliseconds);
            return n < 0 && Sys.LastError == Errno.EINTR ? 0 : Sys.Check("poll", n);
        }
    }
}
