using System.Buffers;

namespace Holdfast.Pure.Tests.Ring;

/// <summary>Memory that outlives the simulated daemon; each access to it is a step at which it can be killed.</summary>
public class SharedBytes(int length, KillSwitch kill) : MemoryManager<byte>
{
    public byte[] Raw { get; } = new byte[length];

    public override Memory<byte> Memory => CreateMemory(Raw.Length);

    public override Span<byte> GetSpan()
    {
        kill.BeforeStep();
        return Raw;
    }

    public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException("Nothing here is handed to the kernel.");

    public override void Unpin() => throw new NotSupportedException("Nothing here is handed to the kernel.");

    protected override void Dispose(bool disposing)
    {
    }
}
