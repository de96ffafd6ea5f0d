using System.Net.Sockets;

namespace Holdfast.Client.Connection;

/// <summary>How the receive loop waits for the next bytes. Owned by the connection, shared with each of its links; the wait may be set by any thread.</summary>
/// <param name="blocking">The loop has a thread of its own.</param>
internal sealed class ReceiveMode(bool blocking)
{
    private volatile IReceiveWait? _wait;

    public bool IsBlocking => blocking;

    /// <summary>What to wait with instead of the socket's own poll; takes effect with the next wait.</summary>
    public IReceiveWait? Wait
    {
        get => _wait;
        set => _wait = value;
    }

    // A receive that sleeps is woken also when the peer has read what this side sent, in the middle of its work; a poll is not.
    public void UntilReadable(Socket socket)
    {
        if (_wait is { } wait)
            wait.UntilReadable(socket.SafeHandle);
        else
            socket.Poll(Timeout.InfiniteTimeSpan, SelectMode.SelectRead);
    }
}
