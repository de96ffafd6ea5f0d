using System.Buffers;

namespace Holdfast.Pure.Tests.Ring;

/// <summary>Memory that outlives the simulated daemon; each access to it is a step at which it can be killed.</summary>
public class SharedBytes(int length, KillSwitch kill) : MemoryManager<byte>
{
    public byte[] Raw { get; } = new byte[length];

    public override Memory<byte> Memory => CreateMemory(Raw.Length);

    /// <summary>Claims a length that is not there: windows can be cut from it but not looked into.</summary>
    public Memory<byte> Claiming(int claimed) => CreateMemory(claimed);

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
