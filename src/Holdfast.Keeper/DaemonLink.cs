using Holdfast.Linux;
using Holdfast.Linux.Events;
using Holdfast.Linux.Keeping;
using Holdfast.Linux.Sockets;

namespace Holdfast.Keeper;

/// <summary>
/// The control channel to the daemon of the moment, and the epoch that fences it from its predecessors. Owned by the keeper's loop for
/// its life; that thread alone.
/// </summary>
internal sealed class DaemonLink(Reactor reactor)
{
    private ControlChannel? _channel;

    /// <summary>Which daemon of this keeper's life is the present one.</summary>
    public uint Epoch { get; set; }

    /// <summary>The daemon has all entries: from now on it can be told about them by name.</summary>
    public bool Fetched { get; set; }

    public bool Open => _channel is { Closed: false };

    /// <summary>The channel's descriptor; -1 where there is none.</summary>
    public int Number { get; private set; } = -1;

    public int Backlog => _channel?.Backlog ?? 0;

    public void Begin(FdChannel channel, IControlListener listener)
    {
        End();
        _channel = new ControlChannel(reactor, channel, listener);
        Number = channel.Fd.Number;
    }

    public void Send(ControlMessage message, params ReadOnlySpan<Fd> descriptors) => _channel?.Send(message with { Epoch = Epoch }, descriptors);

    /// <summary>Hears everything that a dead daemon still said; what it stored and what it announced counts.</summary>
    public void Drain()
    {
        // More turns than a socket holds messages; the end of file comes well before.
        for (var turn = 0; turn < 64 && Open; turn++)
            _channel!.OnReady(Readiness.Readable);
    }

    public void End()
    {
        _channel?.Dispose();
        _channel = null;
        Number = -1;
        Fetched = false;
    }
}
