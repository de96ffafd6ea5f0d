using System.Net.Sockets;
using Holdfast.DaemonRpc.Lifecycle;

namespace Holdfast.Client;

/// <summary>How a client finds its daemon and how long it tries. Immutable; made by the caller, read by the client.</summary>
public sealed record HoldfastClientOptions
{
    /// <summary>Where the daemon's socket and token lie. Default: as the environment says.</summary>
    public DaemonPaths Paths { get; init; } = DaemonPaths.FromEnvironment();

    /// <summary>Start a daemon when none is there. Default false: it is never started, only waited for while it is replaced.</summary>
    public bool AutoStart { get; init; }

    /// <summary>The <c>holdfast</c> program that <see cref="AutoStart"/> runs, with <c>holdfast-keeper</c> beside it. Default: the one on the PATH.</summary>
    public string Binary { get; init; } = "holdfast";

    /// <summary>How a daemon is started when none is there, by other programs than <see cref="AutoStart"/> finds. Default <c>null</c>.</summary>
    public StarterOptions? Starter { get; init; }

    /// <summary>Longest time for the first connection, in which a daemon may have to be started.</summary>
    public TimeSpan ConnectDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest time without a daemon before a client that was connected gives up. A restart takes well under a second.</summary>
    public TimeSpan ReconnectDeadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>False: a lost connection ends the client. For requests that end the daemon, and for who wants to see the loss.</summary>
    public bool Reconnect { get; init; } = true;

    /// <summary>Names the program in the daemon's log.</summary>
    public string ClientName { get; init; } = "holdfast-dotnet";

    /// <summary>
    /// True: output has a second connection of its own, so that no answer and no acknowledgement of input ever waits behind it. For programs that
    /// watch more than they can read at once. A new attachment waits still: its output comes behind what the others have not read.
    /// </summary>
    public bool StreamConnection { get; init; }

    /// <summary>
    /// Most bytes of output that wait for a slow reader of an attachment. Above it the client stops reading the socket, which holds up all output
    /// of this client until the reader goes on and, without <see cref="StreamConnection"/>, every answer.
    /// </summary>
    public int BufferedOutputBytes { get; init; } = 1024 * 1024;

    /// <summary>
    /// Output is acknowledged to the daemon each time the reader of an attachment has taken so many frames, so that the daemon knows how far behind it is
    /// (docs/flow-control.md). Far below the daemon's yellow threshold (1024). 0: only <see cref="SessionAttachment.Ack"/> acknowledges.
    /// </summary>
    public int AckThreshold { get; init; } = 100;

    /// <summary>False: nothing is ever acknowledged, and what the socket took counts as read.</summary>
    public bool Acknowledges { get; init; } = true;

    /// <summary>
    /// True: the receive loop has a thread of its own, and a waiting reader of an attachment goes on at once on it. This saves two changes
    /// of threads for every chunk of output, which a person who types can feel on a loaded machine.
    /// For programs with one attachment whose reader only passes output on: while it blocks, nothing else of its connection is received.
    /// </summary>
    public bool ReadOnReceiveLoop { get; init; }

    /// <summary>Opens a socket to the daemon instead of the usual search: for tests and for tunnels. It is called again for each reconnect.</summary>
    public Func<TimeSpan, CancellationToken, Task<Socket>>? Dial { get; init; }
}
