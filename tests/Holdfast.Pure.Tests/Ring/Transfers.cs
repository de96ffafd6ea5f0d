using Holdfast.Ring;

namespace Holdfast.Pure.Tests.Ring;

/// <summary>What a daemon does, right and wrong.</summary>
public static class Transfers
{
    public static void Splice(RingWorld world, TransferCase given)
    {
        var (ring, record, pipe) = (world.Ring(), world.Record(), world.Pipe);
        var start = ring.Head;
        record.BeginSplice(ring.SessionKey, start);
        var count = pipe.Splice(given.MostPerSplice);
        record.BeginRead((ulong)count);
        ReadAll(pipe, ring, start, count);
        ring.Publish(start + (ulong)count);
        record.Complete();
    }

    public static void PlainRead(RingWorld world, TransferCase given)
    {
        var (ring, record) = (world.Ring(), world.Record());
        var start = ring.Head;
        PatternWindow.Fill(ring.WriteWindow(start, PatternWindow.Bytes), start);
        record.BeginPatternRead(ring.SessionKey, start, PatternWindow.Bytes);
        var most = Math.Min(given.MostPerSplice, PatternWindow.Bytes);
        var count = world.Pipe.ReadTerminal(ring.WriteWindow(start, PatternWindow.Bytes)[..most]);
        ring.Publish(start + (ulong)count);
        record.Complete();
    }

    /// <summary>Broken: the record is closed before head covers the bytes.</summary>
    public static void SpliceClosedTooEarly(RingWorld world, TransferCase given)
    {
        var (ring, record, pipe) = (world.Ring(), world.Record(), world.Pipe);
        var start = ring.Head;
        record.BeginSplice(ring.SessionKey, start);
        var count = pipe.Splice(given.MostPerSplice);
        record.BeginRead((ulong)count);
        ReadAll(pipe, ring, start, count);
        record.Complete();
        ring.Publish(start + (ulong)count);
    }

    /// <summary>Broken: a plain read, announced before the window was filled.</summary>
    public static void PlainReadFilledTooLate(RingWorld world, TransferCase given)
    {
        var (ring, record) = (world.Ring(), world.Record());
        var start = ring.Head;
        record.BeginPatternRead(ring.SessionKey, start, PatternWindow.Bytes);
        PatternWindow.Fill(ring.WriteWindow(start, PatternWindow.Bytes), start);
        var most = Math.Min(given.MostPerSplice, PatternWindow.Bytes);
        var count = world.Pipe.ReadTerminal(ring.WriteWindow(start, PatternWindow.Bytes)[..most]);
        ring.Publish(start + (ulong)count);
        record.Complete();
    }

    public static void Recover(RingWorld world)
    {
        var outcome = TransferRecovery.Complete(
            world.Record(), world.Pipe, key => key == RingWorld.Key ? world.Ring() : null, RingWorld.PipeCapacity);
        Assert.NotEqual(RecoveryKind.Drained, outcome.Kind);
    }

    /// <summary>Broken: reads in phase 1, before the count and phase 2 are stored.</summary>
    public static void RecoverWithoutCounting(RingWorld world)
    {
        var (ring, record, pipe) = (world.Ring(), world.Record(), world.Pipe);
        if (record.Phase != TransferPhase.Splicing)
        {
            Recover(world);
            return;
        }

        var (start, count) = (record.Base, pipe.Available);
        ReadAll(pipe, ring, start, count);
        ring.Publish(start + (ulong)count);
        record.Complete();
    }

    private static void ReadAll(ScriptedPipe pipe, SessionRing ring, ulong start, int count)
    {
        for (var left = count; left > 0;)
            left -= pipe.Read(ring.WriteWindow(start + (ulong)(count - left), left));
    }
}
