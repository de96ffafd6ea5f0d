using Holdfast.Linux;
using Holdfast.Linux.Files;
using Holdfast.Ring;

namespace Holdfast.Daemon.Recovery;

/// <summary>The transfer pipe as the recovery sees it. Lives for the recovery.</summary>
public sealed class PipeReader(TransferPipe pipe) : ITransferPipe
{
    public int Available => pipe.Available;

    public int Read(Span<byte> into)
    {
        var read = pipe.Read(into);
        return read.Ok ? read.Count : throw new LinuxException("read(transfer pipe)", read.Error);
    }
}
