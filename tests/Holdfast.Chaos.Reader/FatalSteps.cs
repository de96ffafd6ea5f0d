using Holdfast.Linux;
using Holdfast.Linux.Processes;
using Holdfast.Ring;

namespace Holdfast.Chaos.Reader;

/// <summary>
/// The transfer pipe with a kill before and after each thing a recovery does with the world: look into the pipe, find the ring, read.
/// Lives for one recovery.
/// </summary>
internal sealed class FatalSteps(ITransferPipe pipe, int fatal) : ITransferPipe
{
    private int _passed;

    public int Available
    {
        get
        {
            Pass();
            var available = pipe.Available;
            Pass();
            return available;
        }
    }

    public int Read(Span<byte> into)
    {
        Pass();
        var count = pipe.Read(into);
        Pass();
        return count;
    }

    public SessionRing? Find(SessionRing ring, ulong key)
    {
        Pass();
        return ring.SessionKey == key ? ring : null;
    }

    /// <summary>One step further; at the fatal one the process dies.</summary>
    public void Pass()
    {
        if (++_passed != fatal)
            return;
        if (PidFd.TryOpen(Environment.ProcessId, out var self) is var error && error != Errno.None)
            throw new LinuxException("pidfd_open", error);
        self!.Send(Signals.Kill);
        using var never = new ManualResetEvent(initialState: false);
        never.WaitOne();
    }
}
