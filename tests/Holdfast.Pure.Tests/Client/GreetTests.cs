using System.Net.Sockets;
using Holdfast.Client;
using Holdfast.Client.Connection;
using Holdfast.Protocol;
using Holdfast.Protocol.Frames;
using Holdfast.Protocol.V1;

namespace Holdfast.Pure.Tests.Client;

/// <summary>What a client learns of a daemon that ends a connection at once.</summary>
public sealed class GreetTests
{
    /// <summary>A full daemon says so and closes without waiting for the hello, which then cannot be sent any more.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_refusal_is_read_although_the_hello_could_not_be_sent(bool blocking)
    {
        var (client, daemon) = Pair();
        daemon.Send(Frame(new Envelope { Error = new Error { Code = ErrorCode.LimitConnections, Message = "full" } }));
        daemon.Dispose();
        var refused = await Assert.ThrowsAsync<HoldfastException>(() => GreetAsync(client, blocking));
        Assert.Equal(ErrorCode.LimitConnections, refused.Code);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_end_without_a_word_is_the_sockets(bool blocking)
    {
        var (client, daemon) = Pair();
        daemon.Dispose();
        await Assert.ThrowsAsync<SocketException>(() => GreetAsync(client, blocking));
    }

    private static Task<DaemonLink> GreetAsync(Socket client, bool blocking) =>
        DaemonLink.GreetAsync(client, new Hello { ClientId = "a" }, new ReceiveMode(blocking), TestContext.Current.CancellationToken);

    private static byte[] Frame(Envelope envelope)
    {
        var frame = new byte[FrameCodec.ControlFrameBytes(envelope)];
        FrameCodec.WriteControl(envelope, frame);
        return frame;
    }

    private static (Socket Client, Socket Daemon) Pair()
    {
        var path = Path.Combine(Path.GetTempPath(), $"hf-{Guid.NewGuid():N}");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(1);
        var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(new UnixDomainSocketEndPoint(path));
        var daemon = listener.Accept();
        File.Delete(path);
        return (client, daemon);
    }
}
