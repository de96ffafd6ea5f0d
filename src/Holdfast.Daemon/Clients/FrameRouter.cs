using Google.Protobuf;
using Holdfast.Daemon.Health;
using Holdfast.Daemon.Sessions;
using Holdfast.Protocol;
using Holdfast.Protocol.Frames;
using Holdfast.Protocol.V1;
using Microsoft.Extensions.Logging;

namespace Holdfast.Daemon.Clients;

/// <summary>Hands each frame to who understands it: the handshake, a session's input, a request's handler. Owned by the host, loop thread.</summary>
public sealed class FrameRouter(
    Handshake handshake, RequestRouter requests, SessionTable sessions, int maxFrameBytes, DaemonCounters counters, ILogger log)
{
    public void OnFrame(ClientConnection connection, Frame frame)
    {
        if (!connection.IsOpen)
        {
            handshake.OnFirstFrame(connection, frame);
            return;
        }
        switch (frame.Kind)
        {
            case FrameKind.Input or FrameKind.LentInput:
                OnInput(connection, frame);
                break;
            case FrameKind.Control:
                OnControl(connection, frame.Payload);
                break;
            default:
                // A later minor version may send kinds we do not know: they are skipped.
                break;
        }
    }

    public int MaxFrameBytes => maxFrameBytes;

    public void OnBadFrame(ClientConnection connection, FrameReadStatus status)
    {
        if (!connection.IsOpen)
            Handshake.RefuseProtocol(connection, "the first bytes are no hello of this protocol");
        else if (status == FrameReadStatus.TooLarge)
        {
            counters.Refused(ErrorCode.FrameTooLarge);
            Refuse(connection, ErrorCode.FrameTooLarge, $"a frame is larger than {maxFrameBytes} bytes");
        }
        else
            Refuse(connection, ErrorCode.ProtoMalformed, "a frame is malformed");
    }

    public void OnGap(Session session, ClientConnection connection, ulong bytes)
    {
        counters.Gaps++;
        counters.GapBytes += bytes;
        log.Gap(session.Name, connection.ClientId, bytes);
    }

    public static void Refuse(ClientConnection connection, ErrorCode code, string message) =>
        connection.Refuse(new HoldfastException(code, message).ToError(), message);

    private void OnInput(ClientConnection connection, Frame frame)
    {
        FrameCodec.ReadDataHeader(frame.Payload, out var number, out var offset, out var data);
        uint? shown = frame.Kind == FrameKind.LentInput ? FrameCodec.ReadShownCount(ref data) : null;
        ErrorCode? refusal = connection.Role != Role.Control ? ErrorCode.RoleForbidden
            : data.Length > ProtocolLimits.MaxInputDataBytes ? ErrorCode.FrameTooLarge
            : null;
        var session = sessions.ByNumber(number);
        if (session is not null && refusal is null)
        {
            if (shown is { } frames)
                session.Subscribers.Lend(connection, frames);
            session.Input.Receive(connection, offset, data);
            return;
        }
        connection.Send(new Envelope
        {
            InputRefused = new InputRefusedEvent { Session = number, Offset = offset, Code = (int)(refusal ?? ErrorCode.SessionGone) },
        });
    }

    private void OnControl(ClientConnection connection, ReadOnlySpan<byte> payload)
    {
        Envelope envelope;
        try
        {
            envelope = Envelope.Parser.ParseFrom(payload);
        }
        catch (InvalidProtocolBufferException)
        {
            Refuse(connection, ErrorCode.ProtoMalformed, "a control frame is no envelope");
            return;
        }
        requests.Handle(connection, envelope);
    }
}
