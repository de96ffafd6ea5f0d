using Holdfast.Client.Sessions;
using Holdfast.Protocol.V1;

namespace Holdfast.Client.Connection;

/// <summary>
/// The connections of a client: one for everything, or with <see cref="HoldfastClientOptions.StreamConnection"/> a second one for output.
/// Owned by the client; any thread. They live and end together.
/// </summary>
internal sealed class ClientConnections : IAsyncDisposable
{
    private readonly HoldfastClientOptions _options;
    private readonly string _clientId;
    private readonly JointState _state;
    private ClientConnection? _control;
    private SessionRequests? _requests;
    private ClientConnection? _output;
    private int _ended;

    private ClientConnections(HoldfastClientOptions options, string clientId, Action<ConnectionState> onState)
    {
        _options = options;
        _clientId = clientId;
        _state = new JointState(onState);
    }

    /// <summary>For requests and input.</summary>
    public ClientConnection Control => _control ?? throw new InvalidOperationException("not open yet");

    public SessionRequests Requests => _requests ??= new SessionRequests(Control);

    /// <summary>For output; the same where there is only one.</summary>
    public ClientConnection Output => _output ?? Control;

    public static async Task<ClientConnections> OpenAsync(
        HoldfastClientOptions options, string clientId, Action<ConnectionState> onState, Action<RecoveredEvent> onRecovered, CancellationToken cancellation)
    {
        var connections = new ClientConnections(options, clientId, onState);
        Task<ClientConnection> Open(ConnectionPart part) =>
            ClientConnection.OpenAsync(options, clientId, part, state => connections.OnState(part, state), onRecovered, cancellation);
        if (!options.StreamConnection)
        {
            connections._control = await Open(ConnectionPart.Both);
            return connections;
        }

        connections._control = await Open(ConnectionPart.Requests);
        try
        {
            connections._output = await Open(ConnectionPart.Output);
        }
        catch
        {
            await connections.Control.DisposeAsync();
            throw;
        }

        // It ended before there was another one to end with it.
        if (connections.Control.Failure is { } failure)
        {
            await connections.DisposeAsync();
            throw failure;
        }

        return connections;
    }

    public async Task<SessionAttachment> AttachAsync(AttachRequest request, CancellationToken cancellation)
    {
        var attachment = new SessionAttachment(this, request, _clientId, _options);
        // The daemon would move the first attachment.
        if (Control.IsAttached(request.Session))
            throw Faults.AttachedTwice(request.Session);
        // First who is the owner and what size the terminal has: the screen is drawn for it.
        await Control.AttachAsync(attachment, cancellation);
        if (_output is null)
            return attachment;
        try
        {
            await _output.AttachAsync(attachment, cancellation);
            return attachment;
        }
        catch
        {
            await DetachAsync(attachment);
            throw;
        }
    }

    public async ValueTask DetachAsync(SessionAttachment attachment)
    {
        // Its answer would wait behind what other attachments have not read, and says nothing.
        if (_output is not null)
            _ = _output.DetachAsync(attachment).AsTask();
        await Control.DetachAsync(attachment);
    }

    public async ValueTask DisposeAsync()
    {
        if (_output is not null)
            await _output.DisposeAsync();
        await Control.DisposeAsync();
    }

    private void OnState(ConnectionPart part, ConnectionState state)
    {
        if (state == ConnectionState.Ended && Interlocked.Exchange(ref _ended, 1) == 0 && _output is not null)
        {
            var (ended, other) = part == ConnectionPart.Output ? (_output, Control) : (Control, _output);
            other.EndWith(ended.Failure ?? Faults.Ended(), atOnce: !ended.HasStopped);
        }

        _state.Set(part, state);
    }
}
