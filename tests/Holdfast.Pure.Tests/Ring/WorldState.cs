namespace Holdfast.Pure.Tests.Ring;

/// <summary>A copy of everything in a <see cref="RingWorld"/>.</summary>
public sealed record WorldState(byte[] Unit, byte[] Data, byte[] Page, ReadOnlyMemory<byte> Pipe, ReadOnlyMemory<byte> Terminal);
