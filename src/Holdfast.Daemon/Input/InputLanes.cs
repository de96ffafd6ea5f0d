using Holdfast.Daemon.Clients;
using Holdfast.Daemon.Sessions;
using Holdfast.Linux.Pty;
using Holdfast.Protocol.V1;

namespace Holdfast.Daemon.Input;

/// <summary>The input lanes of one session, a client each, served in turns. Owned by the session, loop thread.</summary>
public sealed class InputLanes(Session session)
{
    // A key press, also one with an escape sequence or two. In a larger frame, a file perhaps, an interrupt character keeps its place.
    private const int KeyPressBytes = 16;

    // The line discipline holds 4095 bytes (N_TTY_BUF_SIZE); from here on it may not take a key any more.
    private const int FullQueueBytes = 4000;

    private readonly Dictionary<ClientConnection, InputLane> _lanes = [];

    /// <summary>Tells the pump whether to hear when the PTY takes input again.</summary>
    public Action<bool>? WantWritable { get; set; }

    /// <summary>A little input was written, which may be echoed.</summary>
    public Action? Typed { get; set; }

    public InputLane Open(ClientConnection connection)
    {
        if (!_lanes.TryGetValue(connection, out var lane))
            _lanes[connection] = lane = new InputLane(session.Ring.Input, connection.ClientHash);
        return lane;
    }

    public void Close(ClientConnection connection) => _lanes.Remove(connection);

    public void Clear() => _lanes.Clear();

    /// <summary>A frame of input has arrived.</summary>
    public void Receive(ClientConnection connection, ulong offset, ReadOnlySpan<byte> data)
    {
        if (!_lanes.TryGetValue(connection, out var lane))
        {
            Refuse(connection, offset, 0, ErrorCode.NotAttached);
            return;
        }
        if (!session.IsAlive || session.Pty is null)
        {
            Refuse(connection, offset, lane.Accepted, session.IsAlive ? ErrorCode.SessionTerminating : ErrorCode.SessionExited);
            return;
        }
        if (!session.Owner.AllowsInput(connection))
        {
            Refuse(connection, offset, lane.Accepted, ErrorCode.OwnerRequired);
            return;
        }
        // Asked before this frame waits too, and not for each letter.
        var isFull = data.Length <= KeyPressBytes && data.ContainsAnyExceptInRange((byte)' ', (byte)'~') && IsTerminalFull();
        if (lane.Offer(offset, data) is { } code)
        {
            Refuse(connection, offset, lane.Accepted, code);
            return;
        }
        // Before anything is written: behind a full queue the terminal would take the key and not look at it. Elsewhere the terminal itself raises
        // the signal, and does what belongs to it: it shows the key and drops the line that was begun.
        if (isFull)
            lane.RaiseSignals(session.Pty, offset, data);
        Flush(connection, lane);
        if (lane.IsWaiting)
            WantWritable?.Invoke(true);
    }

    /// <summary>Another client became the owner: what waits of the former one's input is not written any more.</summary>
    public void Fence(ClientConnection connection)
    {
        if (!_lanes.TryGetValue(connection, out var lane) || !lane.IsWaiting)
            return;
        lane.Clear();
        Refuse(connection, lane.Accepted, lane.Accepted, ErrorCode.OwnerRequired);
    }

    // Somebody's input waits already, or the program has left a whole queue unread.
    private bool IsTerminalFull() =>
        _lanes.Values.Any(l => l.IsWaiting) || session.Slave is { } slave && PtyMaster.UnreadInput(slave) >= FullQueueBytes;

    /// <summary>The PTY takes input again.</summary>
    public void OnWritable()
    {
        foreach (var (connection, lane) in _lanes.ToArray())
            Flush(connection, lane);
        WantWritable?.Invoke(_lanes.Values.Any(l => l.IsWaiting));
    }

    private void Flush(ClientConnection connection, InputLane lane)
    {
        if (session.Pty is null)
            return;
        var before = lane.Accepted;
        lane.Flush(session.Pty);
        if (lane.Accepted == before && lane.IsWaiting)
            return;
        var little = lane.Accepted - before <= LateAck.MostInputBytes;
        connection.Acknowledge(session.Number, lane.Accepted, late: little);
        if (little)
            Typed?.Invoke();
    }

    private void Refuse(ClientConnection connection, ulong offset, ulong accepted, ErrorCode code) =>
        connection.Send(new Envelope
        {
            InputRefused = new InputRefusedEvent { Session = session.Number, Offset = offset, Accepted = accepted, Code = (int)code },
        });
}
