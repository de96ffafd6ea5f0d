using Holdfast.Client.Connection;
using Holdfast.Client.Sessions;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Client;

// What can be asked of the session that is attached: the requests of HoldfastClient without naming it again. Any thread.
public sealed partial class SessionAttachment
{
    private SessionRequests Requests => _connections.Requests;

    /// <summary>Becomes the owner, of a session without one or with <paramref name="force"/> of any. Input that was refused before is not sent again.</summary>
    /// <exception cref="HoldfastException">OWNER_REQUIRED.</exception>
    public Task TakeAsync(bool force = false, CancellationToken cancellation = default) => _connections.Control.TakeAsync(this, force, cancellation);

    /// <summary>Becomes the owner, whoever was it; that one is told.</summary>
    public Task TakeOverAsync(CancellationToken cancellation = default) => TakeAsync(force: true, cancellation);

    /// <summary>Gives the session up and goes on watching.</summary>
    public Task ReleaseAsync(CancellationToken cancellation = default)
    {
        var request = new ReleaseRequest { Session = Session.Id, OwnerEpoch = OwnerEpoch };
        return _connections.Control.RequestAsync(new Envelope { Release = request }, AfterLoss.Fail, cancellation);
    }

    /// <summary>Has the screen sent again, as a <see cref="SessionEventKind.Screen"/> event in its place among the others; output goes on behind it.</summary>
    public Task RedrawAsync(uint scrollbackLines, CancellationToken cancellation = default)
    {
        _screenDue = true;
        var output = _connections.Output;
        var request = ResumeRequest(output.Part);
        request.Screen = new ScreenStart { ScrollbackLines = scrollbackLines };
        request.Acks = output.Acknowledges;
        return output.RequestAsync(new Envelope { Attach = request }, AfterLoss.SendAgain, cancellation);
    }

    /// <inheritdoc cref="HoldfastClient.ResizeAsync(string, uint, uint, CancellationToken)"/>
    public Task<ulong> ResizeAsync(uint cols, uint rows, CancellationToken cancellation = default) =>
        Requests.ResizeAsync(Session.Id, cols, rows, ownerEpoch: 0, cancellation);

    /// <inheritdoc cref="HoldfastClient.SignalAsync"/>
    public Task SignalAsync(int signal, bool processGroup = false, CancellationToken cancellation = default) =>
        Requests.SignalAsync(Session.Id, signal, processGroup, cancellation);

    /// <summary>Ends the session and waits for its end; an exited one is forgotten.</summary>
    /// <param name="timeout">From SIGHUP to SIGKILL; <c>null</c>: as configured.</param>
    /// <param name="takeover">Also where another client is the owner.</param>
    /// <param name="cancellation">Ends the waiting, not the killing.</param>
    public Task<SessionInfo> KillAsync(TimeSpan? timeout = null, bool takeover = false, CancellationToken cancellation = default) =>
        Requests.KillAsync(Session.Id, timeout, takeover, cancellation);

    /// <inheritdoc cref="HoldfastClient.WaitForExitAsync"/>
    public Task<SessionInfo> WaitForExitAsync(CancellationToken cancellation = default) => Requests.WaitForExitAsync(Session.Id, cancellation);

    /// <inheritdoc cref="HoldfastClient.SnapshotAsync"/>
    public Task<ScreenSnapshot> SnapshotAsync(
        SnapshotFormat format = SnapshotFormat.SnapshotText, uint scrollbackLines = 0, CancellationToken cancellation = default) =>
        Requests.SnapshotAsync(Session.Id, format, scrollbackLines, cancellation);

    /// <inheritdoc cref="HoldfastClient.HistoryAsync"/>
    public Task<HistoryAnswer> HistoryAsync(ulong from, int mostBytes = 0, CancellationToken cancellation = default) =>
        Requests.HistoryAsync(Session.Id, from, mostBytes, cancellation);
}
