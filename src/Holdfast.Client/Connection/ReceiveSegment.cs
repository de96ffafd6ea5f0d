using System.Collections.Concurrent;

namespace Holdfast.Client.Connection;

/// <summary>
/// A piece of received bytes that several chunks may still be looking at.
/// Counted: the receiver holds one reference, each chunk of output one; the last to leave gives the buffer back. Any thread.
/// </summary>
internal sealed class ReceiveSegment
{
    /// <summary>More than a Unix socket holds at a time (208 KiB by default), so that one receive takes all there is.</summary>
    public const int StandardBytes = 256 * 1024;

    /// <summary>Buffers kept for reuse: enough for a reader that lags by the default of buffered output.</summary>
    private const int KeptBuffers = 6;

    private static readonly ConcurrentQueue<byte[]> Free = new();

    private int _references = 1;

    private ReceiveSegment(byte[] buffer) => Buffer = buffer;

    public byte[] Buffer { get; }

    /// <summary>True while nobody but the receiver looks at the bytes.</summary>
    public bool IsUnshared => Volatile.Read(ref _references) == 1;

    public static ReceiveSegment Rent(int atLeast)
    {
        if (atLeast > StandardBytes)
            return new ReceiveSegment(GC.AllocateUninitializedArray<byte>(atLeast));
        return new ReceiveSegment(Free.TryDequeue(out var buffer) ? buffer : GC.AllocateUninitializedArray<byte>(StandardBytes));
    }

    public void Keep() => Interlocked.Increment(ref _references);

    public void Release()
    {
        if (Interlocked.Decrement(ref _references) == 0 && Buffer.Length == StandardBytes && Free.Count < KeptBuffers)
            Free.Enqueue(Buffer);
    }
}
