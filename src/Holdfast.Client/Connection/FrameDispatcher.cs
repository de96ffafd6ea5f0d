using System.Buffers.Binary;
using Holdfast.Protocol;
using Holdfast.Protocol.Frames;
using Holdfast.Protocol.V1;

namespace Holdfast.Client.Connection;

/// <summary>
/// The receive loop: takes frames from a link and hands them to requests and attachments, in order.
/// Owned by the connection; one link at a time, one task.
/// </summary>
internal sealed class FrameDispatcher(ConnectionPart part, AttachmentTable attachments, Action<Envelope> answered, Action<RecoveredEvent> recovered)
{
    private const int SessionAt = 0;
    private const int OffsetAt = 4;
    private const int DataAt = 12;

    // Nearly every frame is for the session of the frame before it.
    private uint _lastNumber;
    private SessionAttachment? _last;

    /// <summary>The daemon said that it stops for good.</summary>
    public bool HasStopped { get; private set; }

    /// <summary>Returns when the link ended; throws what ended it otherwise.</summary>
    public async Task RunAsync(DaemonLink link, CancellationToken cancellation)
    {
        _last = null;
        do
        {
            while (link.Receiver.TryNext(out var kind, out var payload))
            {
                if (kind is FrameKind.Output or FrameKind.ShownOutput)
                {
                    if (kind == FrameKind.Output)
                        link.FramesToShow++;
                    var attachment = DispatchOutput(payload, link.Receiver.Segment, shown: kind == FrameKind.ShownOutput);
                    if (attachment is { IsFull: true })
                        await attachment.RoomAsync().WaitAsync(cancellation);
                }
                else if (kind == FrameKind.Control)
                {
                    var envelope = Envelope.Parser.ParseFrom(payload.Span);
                    if (envelope.BodyCase == Envelope.BodyOneofCase.Screen)
                        link.FramesToShow++;
                    Dispatch(envelope);
                }
            }
        }
        while (await link.Receiver.ReceiveAsync(cancellation));
    }

    private SessionAttachment? DispatchOutput(ReadOnlyMemory<byte> payload, ReceiveSegment segment, bool shown)
    {
        var number = BinaryPrimitives.ReadUInt32BigEndian(payload.Span[SessionAt..]);
        if (_last is null || number != _lastNumber)
        {
            _last = attachments.Find(number);
            _lastNumber = number;
        }

        _last?.OnOutput(BinaryPrimitives.ReadUInt64BigEndian(payload.Span[OffsetAt..]), payload[DataAt..], segment, shown);
        return _last;
    }

    private void Dispatch(Envelope envelope)
    {
        _last = null;
        if (envelope.RequestId != 0)
        {
            answered(envelope);
            return;
        }

        if (envelope.BodyCase == Envelope.BodyOneofCase.Error)
            throw HoldfastException.From(envelope.Error);
        // To come back would start a new daemon against the will of who stopped this one. A restarting daemon closes the connection next.
        if (envelope.Stopping is { Restart: false })
        {
            HasStopped = true;
            throw Faults.Stopped();
        }

        // Both connections of a client hear of everything that is not an answer: each keeps to its part. Events of a newer daemon mean nothing here.
        if (part.HasFlag(ConnectionPart.Requests))
            DispatchState(envelope);
        if (part.HasFlag(ConnectionPart.Output))
            DispatchEvent(envelope);
        if (envelope.BodyCase == Envelope.BodyOneofCase.Finalized)
            attachments.Forget(envelope.Finalized.Session);
    }

    // What is true at once, wherever the reader stands.
    private void DispatchState(Envelope envelope)
    {
        switch (envelope.BodyCase)
        {
            case Envelope.BodyOneofCase.InputAck:
                attachments.Find(envelope.InputAck.Session)?.OnInputAcknowledged(envelope.InputAck.Accepted);
                break;
            case Envelope.BodyOneofCase.InputRefused:
                attachments.Find(envelope.InputRefused.Session)?.OnInputRefused(envelope.InputRefused);
                break;
            case Envelope.BodyOneofCase.OwnerChanged:
                attachments.Find(envelope.OwnerChanged.Session)?.OnOwnerChanged(envelope.OwnerChanged);
                break;
            case Envelope.BodyOneofCase.Recovered:
                recovered(envelope.Recovered);
                break;
            default:
                break;
        }
    }

    // What the reader is told in its order.
    private void DispatchEvent(Envelope envelope)
    {
        switch (envelope.BodyCase)
        {
            case Envelope.BodyOneofCase.Gap:
                attachments.Find(envelope.Gap.Session)?.OnGap(envelope.Gap);
                break;
            case Envelope.BodyOneofCase.Screen:
                attachments.Find(envelope.Screen.Session)?.OnScreen(envelope.Screen);
                break;
            case Envelope.BodyOneofCase.Resized:
                attachments.Find(envelope.Resized.Session)?.OnResized(envelope.Resized.Resize);
                break;
            case Envelope.BodyOneofCase.Renamed:
                attachments.Find(envelope.Renamed.Session)?.OnRenamed(envelope.Renamed.Name);
                break;
            case Envelope.BodyOneofCase.OwnerChanged:
                attachments.Find(envelope.OwnerChanged.Session)?.TellOwner(envelope.OwnerChanged);
                break;
            case Envelope.BodyOneofCase.BackpressureWarning:
                attachments.Find(envelope.BackpressureWarning.Session)?.OnBackpressure(envelope.BackpressureWarning);
                break;
            case Envelope.BodyOneofCase.Exited:
                attachments.Find(envelope.Exited.Session)?.OnExited(envelope.Exited);
                break;
            case Envelope.BodyOneofCase.Closed:
                attachments.Find(envelope.Closed.Session)?.OnClosed(envelope.Closed.EndOffset);
                break;
            case Envelope.BodyOneofCase.Finalized:
                attachments.Find(envelope.Finalized.Session)?.OnFinalized();
                break;
            default:
                break;
        }
    }
}
