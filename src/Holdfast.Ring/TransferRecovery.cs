namespace Holdfast.Ring;

/// <summary>
/// A new daemon's first act: completes the transfer in which the former one was killed.
/// Stateless; the daemon's loop, before it reads any PTY and after the former daemon was reaped.
/// </summary>
/// <remarks>
/// It may be killed at any instruction and run again, any number of times:
/// <list type="bullet">
/// <item>Splicing: nothing was read from the pipe yet, so what it holds is the whole count. The count is stored, then the phase, and
/// only then is anything read. Reading first would leave a repeated recovery with an emptier pipe and no memory of the rest.</item>
/// <item>Reading: what is left in the pipe is always the tail of the count, so its place in the ring follows from how much is left.
/// Published already (head = base + count, pipe empty): the same stores again change nothing.</item>
/// <item>PatternRead: the window stays as it is, so its end is found again. Published already (head beyond base): done.</item>
/// </list>
/// </remarks>
public static class TransferRecovery
{
    // For bytes that go nowhere: small, for it lies on the stack.
    private const int DrainBytes = 4096;

    public static RecoveryOutcome Complete(
        TransferRecord record, ITransferPipe pipe, Func<ulong, SessionRing?> findRing, int pipeCapacity)
    {
        switch (record.Phase)
        {
            case TransferPhase.Splicing:
                record.BeginRead((ulong)pipe.Available);
                return CompleteRead(record, pipe, findRing(record.Session), pipeCapacity);
            case TransferPhase.Reading:
                return CompleteRead(record, pipe, findRing(record.Session), pipeCapacity);
            case TransferPhase.PatternRead:
                return CompletePatternRead(record, findRing(record.Session));
            default:
                // Bytes without a record belong to no session that could be named; left there, they would become another's.
                return pipe.Available == 0 ? default : new RecoveryOutcome(RecoveryKind.Drained, 0, Drain(pipe));
        }
    }

    private static RecoveryOutcome CompleteRead(TransferRecord record, ITransferPipe pipe, SessionRing? ring, int pipeCapacity)
    {
        var (session, start, count) = (record.Session, record.Base, record.Count);
        var left = (ulong)pipe.Available;
        var plausible = count <= (ulong)pipeCapacity && left <= count;
        if (ring is null || !plausible || !Fits(ring, start, count, left))
        {
            // Drained first, phase last: killed in between, the rest is drained by the next recovery, which still knows the count.
            var drained = Drain(pipe);
            record.Complete();
            return new RecoveryOutcome(RecoveryKind.Drained, session, plausible ? count : drained);
        }

        for (; left > 0; left = (ulong)pipe.Available)
            Take(pipe, ring.WriteWindow(start + count - left, (int)left));
        ring.Publish(start + count);
        record.Complete();
        return new RecoveryOutcome(RecoveryKind.Completed, session, count);
    }

    private static bool Fits(SessionRing ring, ulong start, ulong count, ulong left)
    {
        var head = ring.Head;
        return count <= (ulong)ring.Capacity && (head == start || (head == start + count && left == 0));
    }

    private static RecoveryOutcome CompletePatternRead(TransferRecord record, SessionRing? ring)
    {
        var (session, start, window) = (record.Session, record.Base, record.Count);
        if (ring is null || window > PatternWindow.Bytes || ring.Head < start || ring.Head - start > window)
        {
            record.Complete();
            return new RecoveryOutcome(RecoveryKind.Drained, session, 0);
        }

        if (ring.Head == start)
            ring.Publish(start + (ulong)PatternWindow.FindEnd(ring.WriteWindow(start, (int)window), start));
        var bytes = ring.Head - start;
        record.Complete();
        return new RecoveryOutcome(RecoveryKind.Completed, session, bytes);
    }

    private static ulong Drain(ITransferPipe pipe)
    {
        Span<byte> nowhere = stackalloc byte[DrainBytes];
        var drained = 0UL;
        while (pipe.Available > 0)
            drained += (ulong)Take(pipe, nowhere);
        return drained;
    }

    private static int Take(ITransferPipe pipe, Span<byte> into)
    {
        var taken = pipe.Read(into);
        return taken > 0
            ? taken
            : throw new InvalidOperationException(
                "The transfer pipe holds bytes but gives none: somebody else reads it. Make sure that the former daemon is dead.");
    }
}
