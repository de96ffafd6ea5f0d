using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Holdfast.Client.Connection;
using Holdfast.Client.Sessions;
using Holdfast.Protocol;

namespace Holdfast.Client;

// Output in the forms that .NET programs read. All of them and ReadAsync read the same events: one of them is used at a time.
public sealed partial class SessionAttachment
{
    /// <summary>
    /// The bytes of output alone, in order, until nothing can follow. Each piece is valid until the next one is asked for. Leaving the loop does not
    /// detach.
    /// </summary>
    /// <exception cref="HoldfastException">
    /// OUTPUT_GAP: bytes were overwritten before they could be read. Enumerated again, it goes on behind the gap. Where gaps are to be values, use
    /// <see cref="ReadAllAsync"/>.
    /// </exception>
    public IAsyncEnumerable<ReadOnlyMemory<byte>> Output => ReadOutputAsync();

    /// <summary>All events in order, until the session is forgotten or this attachment disposed. Leaving the loop does not detach.</summary>
    public async IAsyncEnumerable<SessionEvent> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        for (var next = await ReadAsync(cancellation); next.Kind != SessionEventKind.End; next = await ReadAsync(cancellation))
            yield return next;
    }

    /// <summary>The bytes of <see cref="Output"/> as a stream. A read throws at a gap and the next one goes on behind it. Disposing it does not detach.</summary>
    public Stream OpenOutputStream() => new OutputStream(this);

    /// <summary>The bytes of <see cref="Output"/> as a pipe, which fails at a gap. Completing it does not detach.</summary>
    public PipeReader OpenOutputReader() => PipeReader.Create(OpenOutputStream(), new StreamPipeReaderOptions(bufferSize: PipeBufferBytes));

    // As much as a frame of output holds.
    private const int PipeBufferBytes = ProtocolLimits.MaxOutputDataBytes;

    /// <summary>The next bytes of output; empty when nothing can follow.</summary>
    internal async ValueTask<ReadOnlyMemory<byte>> ReadOutputPieceAsync(CancellationToken cancellation)
    {
        while (!_outputEnded)
        {
            var next = await ReadAsync(cancellation);
            switch (next.Kind)
            {
                case SessionEventKind.Output:
                    return next.Data;
                case SessionEventKind.Gap:
                    throw Faults.OutputGap(next.From, next.To);
                case SessionEventKind.Closed or SessionEventKind.End:
                    _outputEnded = true;
                    break;
                default:
                    break;
            }
        }

        return default;
    }

    private bool _outputEnded;

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadOutputAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        for (var piece = await ReadOutputPieceAsync(cancellation); !piece.IsEmpty; piece = await ReadOutputPieceAsync(cancellation))
            yield return piece;
    }
}
