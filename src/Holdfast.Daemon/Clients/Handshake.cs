using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Holdfast.Daemon.Health;
using Holdfast.Protocol;
using Holdfast.Protocol.Frames;
using Holdfast.Protocol.V1;
using Microsoft.Extensions.Logging;

namespace Holdfast.Daemon.Clients;

/// <summary>The first frame of a connection: who it is, which protocol it speaks, whether it knows the token. Owned by the host, loop thread.</summary>
public sealed class Handshake(string token, Func<Welcome> welcome, ILogger log)
{
    private readonly byte[] _token = Encoding.UTF8.GetBytes(token);

    public void OnFirstFrame(ClientConnection connection, Frame frame)
    {
        if (frame.Kind != FrameKind.Control || Parse(frame.Payload) is not { Hello: { } hello } envelope)
        {
            RefuseProtocol(connection, "the first frame is no hello");
            return;
        }
        if (hello.ProtocolVersion != ProtocolVersion.Current)
        {
            RefuseProtocol(connection, $"protocol version {hello.ProtocolVersion} is not supported");
            return;
        }
        if (!ProtocolLimits.IsClientId(hello.ClientId) || hello.Role is not (Role.Control or Role.Stream))
        {
            RefuseProtocol(connection, "the hello names no client id or role");
            return;
        }
        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(hello.Token), _token))
        {
            FrameRouter.Refuse(connection, ErrorCode.Unauthenticated, "the token is wrong");
            return;
        }
        connection.Open(hello);
        log.ClientConnected(hello.ClientId, hello.ClientName);
        connection.Send(new Envelope { RequestId = envelope.RequestId, Welcome = welcome() });
    }

    public static void RefuseProtocol(ClientConnection connection, string reason)
    {
        var error = new HoldfastException(ErrorCode.ProtoBreakingChange, reason).ToError();
        error.SupportedVersions.Add(ProtocolVersion.Current);
        connection.Refuse(error, reason);
    }

    private static Envelope? Parse(ReadOnlySpan<byte> payload)
    {
        try
        {
            return Envelope.Parser.ParseFrom(payload);
        }
        catch (InvalidProtocolBufferException)
        {
            // Whatever it is, it is not our protocol: the caller says so to the peer.
            return null;
        }
    }
}
