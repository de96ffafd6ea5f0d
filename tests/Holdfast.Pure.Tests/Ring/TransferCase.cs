namespace Holdfast.Pure.Tests.Ring;

/// <summary>
/// One situation in which a transfer is killed: where the session starts, what the ring held before, what waits in the PTY, how much
/// one splice and one read of the pipe move.
/// </summary>
public sealed record TransferCase(ulong Start, int Before, int Waiting, int MostPerSplice, int MostPerRead, int Seed);
