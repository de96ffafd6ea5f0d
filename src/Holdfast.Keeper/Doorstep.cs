using System.Text;
using Holdfast.Linux;
using Holdfast.Linux.Events;
using Holdfast.Linux.Sockets;

namespace Holdfast.Keeper;

/// <summary>
/// Looks after connections while no daemon does: as a reason to start one, or, where none can be started, with a constant refusal.
/// Reads nothing that a client says. Owned by the supervisor; loop thread only.
/// </summary>
internal sealed class Doorstep(Reactor reactor, Func<Fd> listener)
{
    // Out of descriptors, accept would fail and wake the loop for ever.
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);

    // Connections refused in one turn of the loop.
    private const int MaxRefusals = 64;

    private Registration? _registration;
    private Action? _onReady;

    /// <summary>One frame of protocol v1, as bytes: the keeper knows nothing else of the protocol.</summary>
    public static byte[] Refusal { get; } = MakeRefusal(
        "The daemon cannot be started."u8, "Its log says why: daemon.log in the state directory."u8);

    /// <summary>Calls once when somebody connects; the connection waits for the daemon.</summary>
    public void WaitForKnock(Action knock) => Listen(() =>
    {
        Leave();
        knock();
    });

    public void RefuseAll() => Listen(Refuse);

    /// <summary>A daemon looks after them from now on.</summary>
    public void Leave()
    {
        _registration?.Dispose();
        _registration = null;
        _onReady = null;
    }

    /// <summary>Before the listener is closed.</summary>
    public void Suspend()
    {
        _registration?.Dispose();
        _registration = null;
    }

    public void Resume()
    {
        if (_onReady is not null && _registration is null)
            _registration = reactor.Add(listener(), Readiness.Readable, new WhenReady(_onReady));
    }

    private void Listen(Action onReady)
    {
        Leave();
        _onReady = onReady;
        Resume();
    }

    private void Refuse()
    {
        for (var i = 0; i < MaxRefusals; i++)
        {
            var error = UnixSocket.TryAccept(listener(), out var connection);
            if (error is Errno.EMFILE or Errno.ENFILE or Errno.ENOBUFS or Errno.ENOMEM)
            {
                Suspend();
                reactor.After(AcceptPause, Resume);
            }
            if (connection is null)
                return;
            // It fits any socket buffer, and a client that is gone already does not matter.
            _ = UnixSocket.Send(connection, Refusal);
            connection.Dispose();
        }
    }

    // Frame: length (big-endian) of what follows, kind 1 (control), Envelope { error = 4: Error { code = 1: 60 (DAEMON_UNAVAILABLE),
    // message = 2, hint = 3 } }. Every length is below 128 and so one byte. A test decodes it with the generated code.
    private static byte[] MakeRefusal(ReadOnlySpan<byte> message, ReadOnlySpan<byte> hint)
    {
        byte[] error = [0x08, 60, 0x12, (byte)message.Length, .. message, 0x1A, (byte)hint.Length, .. hint];
        return [0, 0, 0, (byte)(1 + 2 + error.Length), 1, 0x22, (byte)error.Length, .. error];
    }
}
