using Holdfast.Client.Connection;
using Holdfast.Client.Sessions;
using Holdfast.Linux;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Client;

/// <summary>
/// A client of the Holdfast daemon that outlives the daemon: it reconnects, asks again and goes on at the exact byte.
/// Owned by the caller until disposed; any thread. After a failed request it is still usable; after <see cref="ConnectionState.Ended"/> it is not.
/// </summary>
public sealed class HoldfastClient : IAsyncDisposable
{
    private const int ClientIdBytes = 16;

    private ClientConnections? _connections;

    private HoldfastClient()
    {
    }

    /// <summary>Tells losses and returns of the daemon; raised on the client's own task, so the handler must not block.</summary>
    public event Action<ConnectionState>? StateChanged;

    /// <summary>Tells what became of sessions whose processes were lost; raised as <see cref="StateChanged"/> is.</summary>
    public event Action<RecoveredEvent>? SessionRecovered;

    /// <summary>By this the daemon knows the client again after a reconnect.</summary>
    public string ClientId { get; } = RandomBytes.Hex(ClientIdBytes);

    /// <summary>What the present daemon said of itself.</summary>
    public Welcome Daemon => Connection.Welcome;

    /// <summary>Completes when no daemon will answer on this client any more.</summary>
    public Task Ended => Connection.Ended;

    /// <summary>
    /// With <see cref="HoldfastClientOptions.ReadOnReceiveLoop"/>: what the receive loop waits with for the daemon's next bytes, instead of a wait for
    /// them alone. Takes effect with the next wait.
    /// </summary>
    public IReceiveWait? ReceiveWait
    {
        get => Connections.Output.Receiving.Wait;
        set => Connections.Output.Receiving.Wait = value;
    }

    private ClientConnections Connections => _connections ?? throw new ObjectDisposedException(nameof(HoldfastClient));

    private ClientConnection Connection => Connections.Control;

    private SessionRequests Sessions => Connections.Requests;

    /// <summary>Connects, and starts a daemon where <see cref="HoldfastClientOptions.AutoStart"/> asks for it.</summary>
    /// <exception cref="HoldfastException">DAEMON_UNAVAILABLE, DAEMON_START_FAILED, UNAUTHENTICATED, PROTO_BREAKING_CHANGE.</exception>
    public static async Task<HoldfastClient> ConnectAsync(HoldfastClientOptions options, CancellationToken cancellation = default)
    {
        var client = new HoldfastClient();
        client._connections = await ClientConnections.OpenAsync(
            options, client.ClientId, s => client.StateChanged?.Invoke(s), r => client.SessionRecovered?.Invoke(r), cancellation);
        return client;
    }

    /// <summary>
    /// Creates a session, by default in this process's directory and environment. It is made once, also when the connection is lost meanwhile. What the
    /// request left open (directory, environment, <see cref="CreateRequest.CreationKey"/>) is filled in.
    /// </summary>
    public async Task<SessionInfo> CreateAsync(CreateRequest request, CancellationToken cancellation = default)
    {
        CreateDefaults.Fill(request);
        var answer = await AskAsync(new Envelope { Create = request }, cancellation);
        return (answer.CreateAnswer ?? throw Unexpected(answer)).Session;
    }

    /// <summary>Creates a session and attaches to it from its first byte, as its owner.</summary>
    public async Task<SessionAttachment> CreateAndAttachAsync(CreateRequest request, CancellationToken cancellation = default)
    {
        var session = await CreateAsync(request, cancellation);
        return await AttachAsync(new AttachRequest { Session = session.Id, Start = true, As = AttachAs.AsOwner }, cancellation);
    }

    /// <summary>Attaches to a session; one attachment per session and client.</summary>
    public Task<SessionAttachment> AttachAsync(AttachRequest request, CancellationToken cancellation = default) =>
        Connections.AttachAsync(request, cancellation);

    /// <summary>Sets the terminal's size; returns the offset from which it is in force.</summary>
    public Task<ulong> ResizeAsync(string session, uint cols, uint rows, CancellationToken cancellation = default) =>
        ResizeAsync(session, cols, rows, ownerEpoch: 0, cancellation);

    /// <summary>As the owner under this epoch; under another it is refused with OWNER_REQUIRED. 0: under any.</summary>
    public Task<ulong> ResizeAsync(string session, uint cols, uint rows, ulong ownerEpoch, CancellationToken cancellation = default) =>
        Sessions.ResizeAsync(session, cols, rows, ownerEpoch, cancellation);

    /// <summary>Sends a signal. Not sent again after a lost connection: then it fails and says that it may have been delivered.</summary>
    public Task SignalAsync(string session, int signal, bool processGroup, CancellationToken cancellation = default) =>
        Sessions.SignalAsync(session, signal, processGroup, cancellation);

    /// <summary>Ends a session and waits for its end; an exited one is forgotten.</summary>
    /// <param name="session">Name or id.</param>
    /// <param name="timeout">From SIGHUP to SIGKILL; <c>null</c>: as configured.</param>
    /// <param name="cancellation">Ends the waiting, not the killing.</param>
    public Task<SessionInfo> KillAsync(string session, TimeSpan? timeout = null, CancellationToken cancellation = default) =>
        KillAsync(session, timeout, takeover: false, cancellation);

    /// <inheritdoc cref="KillAsync(string, TimeSpan?, CancellationToken)"/>
    /// <param name="session">Name or id.</param>
    /// <param name="timeout">From SIGHUP to SIGKILL; <c>null</c>: as configured.</param>
    /// <param name="takeover">Also where another client is the owner.</param>
    /// <param name="cancellation">Ends the waiting, not the killing.</param>
    public Task<SessionInfo> KillAsync(string session, TimeSpan? timeout, bool takeover, CancellationToken cancellation = default) =>
        Sessions.KillAsync(session, timeout, takeover, cancellation);

    public Task<SessionInfo> RenameAsync(string session, string name, CancellationToken cancellation = default) =>
        Sessions.RenameAsync(session, name, cancellation);

    public async Task<IReadOnlyList<SessionInfo>> ListAsync(CancellationToken cancellation = default)
    {
        var answer = await AskAsync(new Envelope { List = new ListRequest() }, cancellation);
        return (answer.ListAnswer ?? throw Faults.UnexpectedAnswer(answer.BodyCase)).Sessions;
    }

    public Task<SessionInfo> InspectAsync(string session, CancellationToken cancellation = default) => Sessions.InspectAsync(session, cancellation);

    /// <summary>One piece of what the ring holds, from <paramref name="from"/>; empty at the head. 0 bytes at most: as many as there may be.</summary>
    public Task<HistoryAnswer> HistoryAsync(string session, ulong from, int mostBytes = 0, CancellationToken cancellation = default) =>
        Sessions.HistoryAsync(session, from, mostBytes, cancellation);

    /// <summary>The screen as of now, with at most <paramref name="scrollbackLines"/> lines above it.</summary>
    public Task<ScreenSnapshot> SnapshotAsync(
        string session, SnapshotFormat format = SnapshotFormat.SnapshotText, uint scrollbackLines = 0, CancellationToken cancellation = default) =>
        Sessions.SnapshotAsync(session, format, scrollbackLines, cancellation);

    /// <summary>Waits until the session's program has ended; its status is in <see cref="SessionInfo.Exit"/>.</summary>
    public Task<SessionInfo> WaitForExitAsync(string session, CancellationToken cancellation = default) =>
        Sessions.WaitForExitAsync(session, cancellation);

    public async Task<StatusAnswer> StatusAsync(CancellationToken cancellation = default)
    {
        var answer = await AskAsync(new Envelope { Status = new StatusRequest() }, cancellation);
        return answer.StatusAnswer ?? throw Unexpected(answer);
    }

    /// <summary>Stops or restarts the daemon. Use a client whose <see cref="HoldfastClientOptions.Reconnect"/> is false, or it will call the next one.</summary>
    public async Task StopAsync(StopMode mode, CancellationToken cancellation = default)
    {
        try
        {
            await Connection.RequestAsync(new Envelope { Stop = new StopRequest { Mode = mode } }, AfterLoss.Fail, cancellation);
        }
        catch (HoldfastException e) when (e.Code == ErrorCode.DaemonUnavailable)
        {
            // It ended before its answer was read: that is what was asked.
            _ = e;
        }
    }

    /// <summary>
    /// Has the daemon checked and replaced by another program. After the answer it leaves, unless that says that nothing changes; its successor's status
    /// says how it ended. Never sent again by itself: ask the status first.
    /// </summary>
    /// <exception cref="HoldfastException">UPGRADE_REFUSED, UPGRADE_FAILED; REQUEST_UNKNOWN by a daemon that knows no upgrades.</exception>
    public async Task<UpgradeAnswer> UpgradeAsync(UpgradeRequest request, CancellationToken cancellation = default)
    {
        var answer = await Connection.RequestAsync(new Envelope { Upgrade = request }, AfterLoss.Fail, cancellation);
        return answer.UpgradeAnswer ?? throw Unexpected(answer);
    }

    public ValueTask DisposeAsync() => Interlocked.Exchange(ref _connections, null)?.DisposeAsync() ?? ValueTask.CompletedTask;

    private Task<Envelope> AskAsync(Envelope request, CancellationToken cancellation) =>
        Connection.RequestAsync(request, AfterLoss.SendAgain, cancellation);

    private static HoldfastException Unexpected(Envelope answer) => Faults.UnexpectedAnswer(answer.BodyCase);
}
