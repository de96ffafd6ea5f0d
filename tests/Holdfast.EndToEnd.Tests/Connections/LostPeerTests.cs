using Holdfast.Daemon.Clients;
using Holdfast.Daemon.Health;
using Holdfast.Daemon.Sessions;
using Holdfast.Linux;
using Holdfast.Linux.Events;
using Holdfast.Linux.Sockets;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.EndToEnd.Tests.Connections;

/// <summary>The daemon's side of a connection whose peer is gone when something is to be said to it.</summary>
public sealed class LostPeerTests
{
    // Once each of these ended the daemon's work in the middle: the exit of a session was noted, and its terminal kept for ever.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_event_behind_a_late_acknowledgement_to_a_lost_peer_ends_the_connection(bool output)
    {
        var directory = Directory.CreateTempSubdirectory("hf-");
        var path = Path.Combine(directory.FullName, "socket");
        using var reactor = new Reactor();
        using var listener = UnixSocket.Listen(path, 1);
        Assert.Equal(Errno.None, UnixSocket.TryConnect(path, out var peer));
        Assert.Equal(Errno.None, UnixSocket.TryAccept(listener, out var accepted));
        directory.Delete(recursive: true);
        var reasons = new List<string>();
        var connection = new ClientConnection(reactor, accepted!, NewRouter()) { PeerId = Environment.ProcessId, Ended = (_, reason) => reasons.Add(reason) };
        connection.Acknowledge(session: 1, accepted: 1, late: true);
        peer!.Dispose();

        if (output)
            connection.SendOutput(1, 0, [1]);
        connection.Send(new Envelope { Finalized = new FinalizedEvent { Session = 1 } });
        connection.SendOutput(1, 0, [1]);

        Assert.True(connection.IsEnded);
        Assert.Equal(["the peer is gone"], reasons);
    }

    // Nothing is received in these tests.
    private static FrameRouter NewRouter() =>
        new(new Handshake("", () => new Welcome(), NullLogger.Instance), null!, new SessionTable(), ProtocolLimits.MaxFrameBytes, new DaemonCounters(), NullLogger.Instance);
}
