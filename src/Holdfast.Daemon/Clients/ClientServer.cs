using Holdfast.Daemon.Config;
using Holdfast.Daemon.Health;
using Holdfast.Linux;
using Holdfast.Linux.Events;
using Holdfast.Linux.Processes;
using Holdfast.Linux.Sockets;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;
using Microsoft.Extensions.Logging;

namespace Holdfast.Daemon.Clients;

/// <summary>Accepts connections, checks who they are, and holds them. Owned by the host, loop thread.</summary>
public sealed class ClientServer(Reactor reactor, DaemonOptions options, DaemonCounters counters, ILogger log) : IReadyHandler
{
    // Bounded, so that a storm of connections does not keep sessions waiting.
    private const int AcceptsPerTurn = 32;

    // Refused ones that have not closed yet, beyond the connections that are allowed: a storm of them must not take all descriptors.
    private const int MostRefused = 64;

    private static readonly TimeSpan NoDescriptorPause = TimeSpan.FromMilliseconds(100);
    private readonly HashSet<ClientConnection> _connections = [];
    private readonly RateLimit _rate = new(options.MaxConnectionRate);
    private FrameRouter? _router;
    private Fd? _listener;
    private Registration? _registration;

    /// <summary>Those that count against the limit; one that was refused only waits for its end.</summary>
    public int Count => _connections.Count(c => !c.IsEnding);

    public ulong RecentConnections => _rate.Used;

    public int OpenCount => _connections.Count(c => c.IsOpen && !c.IsEnding);

    public void Listen(Fd listener, FrameRouter router)
    {
        _router = router;
        Replace(listener);
    }

    /// <summary>Accepts from another socket from now on; what waits in the old one is taken first.</summary>
    public void Replace(Fd listener)
    {
        if (_listener is not null)
            AcceptTurn();
        _registration?.Dispose();
        _listener = listener;
        _registration = reactor.Add(listener, Readiness.Readable, this);
    }

    public void OnReady(Readiness events) => AcceptTurn();

    public void Broadcast(Envelope envelope)
    {
        foreach (var connection in _connections.Where(c => c.IsOpen).ToArray())
            connection.Send(envelope);
    }

    public void EndAll(string reason)
    {
        _registration?.Dispose();
        _registration = null;
        foreach (var connection in _connections.ToArray())
            connection.End(reason);
    }

    private void AcceptTurn()
    {
        for (var i = 0; i < AcceptsPerTurn; i++)
        {
            var error = UnixSocket.TryAccept(_listener!, out var fd);
            if (fd is not null)
                Admit(fd);
            else if (error is Errno.EMFILE or Errno.ENFILE or Errno.ENOMEM or Errno.ENOBUFS)
            {
                Pause(error);
                return;
            }
            else
                return;
        }
    }

    private void Admit(Fd fd)
    {
        var peer = UnixSocket.PeerOf(fd);
        var connection = new ClientConnection(reactor, fd, _router!) { PeerId = peer.Pid, Ended = OnEnded };
        _connections.Add(connection);
        if (peer.Uid != CurrentProcess.EffectiveUser)
            FrameRouter.Refuse(connection, ErrorCode.PermissionDenied, "this daemon belongs to another user");
        else if (!_rate.TryTake(Reactor.Now))
            Reject(connection, ErrorCode.LimitConnectionRate, $"more than {options.MaxConnectionRate} connections a second were opened");
        else if (_connections.Count > options.MaxConnections && Count > options.MaxConnections)
            Reject(connection, ErrorCode.LimitConnections, $"there are {options.MaxConnections} connections, as many as allowed");
        else
            reactor.After(TimeSpan.FromMilliseconds(ProtocolLimits.HandshakeTimeoutMs), () => CheckHello(connection));
    }

    private void Reject(ClientConnection connection, ErrorCode code, string why)
    {
        counters.ConnectionsRefused++;
        counters.Refused(code);
        FrameRouter.Refuse(connection, code, why);
        if (_connections.Count > options.MaxConnections + MostRefused)
            connection.End(why);
    }

    private static void CheckHello(ClientConnection connection)
    {
        if (!connection.IsOpen)
            FrameRouter.Refuse(connection, ErrorCode.HandshakeTimeout, "no hello arrived");
    }

    private void OnEnded(ClientConnection connection, string reason)
    {
        _connections.Remove(connection);
        log.ConnectionEnded(reason);
    }

    private void Pause(Errno error)
    {
        log.AcceptFailed(error.ToString());
        _registration?.Dispose();
        _registration = null;
        reactor.After(NoDescriptorPause, () => _registration ??= reactor.Add(_listener!, Readiness.Readable, this));
    }
}
