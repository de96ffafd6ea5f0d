using Holdfast.Linux;
using Holdfast.Linux.Pty;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;
using Holdfast.Ring;

namespace Holdfast.Daemon.Input;

/// <summary>
/// One client's input to one session on its way into the PTY: in order, bounded, acknowledged once the kernel took it. What a full terminal
/// does not take waits here and holds up nobody else. Owned by the session's <see cref="InputLanes"/>, loop thread; lives while the client is attached.
/// </summary>
public sealed class InputLane(InputLedger ledger, ulong client)
{
    // Small, because it is also the most that can be uncertain when the daemon dies in the middle of a write.
    private const int WriteBytes = 4096;

    private readonly Queue<byte[]> _waiting = new();

    // Offsets of interrupt characters whose signal was raised ahead of the queue: they are not written a second time.
    private readonly Queue<ulong> _raised = new();
    private int _consumedOfFirst;
    private int _waitingBytes;

    public ulong Accepted => ledger.Accepted(Slot);

    public ulong Uncertain => ledger.Uncertain(Slot);

    public bool IsWaiting => _waitingBytes > 0;

    // Looked up each time: where there are more clients than slots, another one may have taken it.
    private int Slot => ledger.Open(client);

    private ulong End => Accepted + (ulong)_waitingBytes;

    /// <summary>Takes a frame; null where it was accepted (or had been before), else why not.</summary>
    public ErrorCode? Offer(ulong offset, ReadOnlySpan<byte> data)
    {
        if (offset > End)
            return ErrorCode.InputOffsetInvalid;
        var known = End - offset;
        if (known >= (ulong)data.Length)
            return null;
        data = data[(int)known..];
        if (_waitingBytes + data.Length > ProtocolLimits.InputWindowBytes)
            return ErrorCode.InputWindowExceeded;
        _waiting.Enqueue(data.ToArray());
        _waitingBytes += data.Length;
        return null;
    }

    /// <summary>Writes what the terminal takes; true where all of it was taken.</summary>
    public bool Flush(PtyMaster pty)
    {
        while (_waiting.TryPeek(out var first))
        {
            if (_raised.TryPeek(out var raised) && raised == Accepted)
            {
                _raised.Dequeue();
                Take(1, first);
                continue;
            }
            var chunk = first.AsSpan(_consumedOfFirst);
            chunk = chunk[..Math.Min(chunk.Length, BytesBeforeRaised())];
            var slot = Slot;
            ledger.Begin(slot, chunk.Length);
            var written = pty.Write(chunk);
            ledger.Complete(slot, Math.Max(written.Count, 0));
            if (written.Count <= 0)
                return HandleRefusal(written.Error);
            Advance(written.Count, first);
        }
        return true;
    }

    /// <summary>The terminal's queue is full and the client pressed an interrupt key: its signal goes ahead of what waits.</summary>
    public void RaiseSignals(PtyMaster pty, ulong offset, ReadOnlySpan<byte> data)
    {
        for (var i = 0; i < data.Length; i++)
        {
            if (offset + (ulong)i >= Accepted && pty.TryRaiseSignalOf(data[i]))
                _raised.Enqueue(offset + (ulong)i);
        }
    }

    public void Clear()
    {
        _waiting.Clear();
        _raised.Clear();
        _waitingBytes = 0;
        _consumedOfFirst = 0;
    }

    private int BytesBeforeRaised() =>
        _raised.TryPeek(out var raised) ? (int)Math.Min(raised - Accepted, WriteBytes) : WriteBytes;

    private void Take(int count, byte[] first)
    {
        var slot = Slot;
        ledger.Begin(slot, count);
        ledger.Complete(slot, count);
        Advance(count, first);
    }

    private void Advance(int count, byte[] first)
    {
        _waitingBytes -= count;
        _consumedOfFirst += count;
        if (_consumedOfFirst < first.Length)
            return;
        _waiting.Dequeue();
        _consumedOfFirst = 0;
    }

    // EIO: nobody holds the terminal at this moment; as with a full queue, the input waits.
    private static bool HandleRefusal(Errno error) =>
        error is Errno.EAGAIN or Errno.EIO ? false : throw new LinuxException("write(pty)", error);
}
