namespace Holdfast.Ring;

/// <summary>
/// The pipe between a PTY and the rings, as the recovery sees it.
/// Implemented over the real pipe by the daemon, which owns it; the daemon's loop only; outlives the daemon in the keeper's store.
/// </summary>
public interface ITransferPipe
{
    /// <summary>Bytes in the pipe now (FIONREAD).</summary>
    int Available { get; }

    /// <summary>Takes up to that many bytes out of the pipe, at least one while there are any; never blocks.</summary>
    int Read(Span<byte> into);
}
