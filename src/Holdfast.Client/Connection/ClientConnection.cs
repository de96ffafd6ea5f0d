using System.Net.Sockets;
using Google.Protobuf;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Client.Connection;

/// <summary>
/// A client's connection over all the daemons it meets: requests wait and are sent again, attachments are taken up where they stood.
/// Owned by the client. One task receives and reconnects; requests come from any thread. Lives from the first welcome until disposed or given up.
/// </summary>
internal sealed class ClientConnection : IAsyncDisposable
{
    private readonly HoldfastClientOptions _options;
    private readonly string _clientId;
    private readonly LinkMaker _maker;
    private readonly Action<ConnectionState> _onState;
    private readonly Lock _gate = new();
    private readonly SortedDictionary<ulong, PendingRequest> _pending = [];
    private readonly AttachmentTable _attachments = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly FrameDispatcher _dispatcher;
    private DaemonLink? _link;
    private Exception? _failure;
    private ulong _lastRequestId = 1;
    private Task _running = Task.CompletedTask;

    private ClientConnection(HoldfastClientOptions options, string clientId, Action<ConnectionState> onState, Action<RecoveredEvent> onRecovered)
    {
        _options = options;
        _clientId = clientId;
        _onState = onState;
        Receiving = new ReceiveMode(options.ReadOnReceiveLoop);
        _maker = new LinkMaker(options, clientId, Receiving);
        _dispatcher = new FrameDispatcher(_attachments, Answered, onRecovered);
        Welcome = new Welcome();
    }

    public ReceiveMode Receiving { get; }

    /// <summary>What the present or last daemon said of itself.</summary>
    public Welcome Welcome { get; private set; }

    // A daemon that does not know them would take them for a fault.
    private bool Acknowledges => _options.AckThreshold > 0 && Welcome.Features.Contains(ProtocolFeatures.Acks);

    /// <summary>Completes when no daemon will answer on this connection any more.</summary>
    public Task Ended => _running;

    public static async Task<ClientConnection> OpenAsync(
        HoldfastClientOptions options, string clientId, Action<ConnectionState> onState, Action<RecoveredEvent> onRecovered, CancellationToken cancellation)
    {
        var connection = new ClientConnection(options, clientId, onState, onRecovered);
        var link = await connection._maker.MakeAsync(options.ConnectDeadline, patient: false, cancellation);
        connection._link = link;
        connection.Welcome = link.Welcome;
        // A loop that blocks has a thread of its own.
        connection._running = options.ReadOnReceiveLoop
            ? Task.Factory.StartNew(() => connection.RunAsync(link), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()
            : connection.RunAsync(link);
        return connection;
    }

    public async Task<Envelope> RequestAsync(
        Envelope envelope, AfterLoss afterLoss, CancellationToken cancellation, Action<Envelope>? onAnswer = null)
    {
        var request = new PendingRequest(envelope, afterLoss, onAnswer);
        DaemonLink? link;
        lock (_gate)
        {
            if (_failure is not null)
                throw _failure;
            envelope.RequestId = ++_lastRequestId;
            _pending.Add(envelope.RequestId, request);
            link = request.SentOn = _link;
        }

        try
        {
            await SendAsync(link, envelope, cancellation);
            return await request.Answer.Task.WaitAsync(cancellation);
        }
        finally
        {
            lock (_gate)
                _pending.Remove(envelope.RequestId);
        }
    }

    public async Task<SessionAttachment> AttachAsync(AttachRequest attach, CancellationToken cancellation)
    {
        SessionAttachment? attachment = null;
        HoldfastException? refusal = null;
        void OnAnswer(Envelope answer)
        {
            if (answer.AttachAnswer is not { } attached || CurrentLink() is not { } link)
                return;
            if (_attachments.Knows(attached.Session))
            {
                refusal = Faults.AttachedTwice(attached.Session.Name);
                return;
            }

            attachment = new SessionAttachment(this, attached, attach, _clientId, _options, link);
            _attachments.Add(attached.Session.Number, attachment);
        }

        attach.Acks = Acknowledges;
        await RequestAsync(new Envelope { Attach = attach }, AfterLoss.SendAgain, cancellation, OnAnswer);
        return attachment ?? throw refusal ?? Faults.Ended();
    }

    /// <summary>Becomes the owner of an attached session; its input continues where the answer says.</summary>
    public async Task TakeAsync(SessionAttachment attachment, bool force, CancellationToken cancellation)
    {
        void OnAnswer(Envelope answer)
        {
            if (answer.TakeAnswer is { } taken && CurrentLink() is { } link)
                attachment.OnTaken(link, taken);
        }

        var request = new TakeRequest { Session = attachment.Session.Id, Force = force };
        await RequestAsync(new Envelope { Take = request }, AfterLoss.Fail, cancellation, OnAnswer);
    }

    public async ValueTask DetachAsync(SessionAttachment attachment)
    {
        if (!_attachments.Remove(attachment))
            return;
        attachment.End(null);
        // Without a link there is nothing to detach from: the next daemon is not told of this attachment.
        if (CurrentLink() is null)
            return;
        try
        {
            await RequestAsync(
                new Envelope { Detach = new DetachRequest { Session = attachment.Session.Id } }, AfterLoss.Fail, _closing.Token);
        }
        catch (Exception e) when (e is HoldfastException or OperationCanceledException)
        {
            // The session or the daemon is gone, and the attachment with it.
            _ = e;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        foreach (var attachment in _attachments.TakeAll())
        {
            await attachment.DisposeAsync();
            attachment.End(null);
        }

        CurrentLink()?.Close();
        await _running;
        _closing.Dispose();
    }

    private async Task RunAsync(DaemonLink link)
    {
        var failure = Faults.Ended();
        while (true)
        {
            var cause = await ReceiveUntilLostAsync(link);
            LoseLink(link);
            if (cause is { } told && (!told.IsRetryable || told.Code == ErrorCode.DaemonUnavailable))
                failure = told;
            if (_closing.IsCancellationRequested || !_options.Reconnect || ReferenceEquals(failure, cause))
                break;
            _onState(ConnectionState.Reconnecting);
            try
            {
                link = await _maker.MakeAsync(_options.ReconnectDeadline, patient: true, _closing.Token);
            }
            catch (Exception e) when (e is HoldfastException or OperationCanceledException)
            {
                failure = e as HoldfastException ?? failure;
                break;
            }

            _ = TakeUpAsync(link);
            _onState(ConnectionState.Connected);
        }

        GiveUp(failure);
    }

    // Maps every way a link can end to its cause; the loop itself is the dispatcher's.
    private async Task<HoldfastException?> ReceiveUntilLostAsync(DaemonLink link)
    {
        try
        {
            await _dispatcher.RunAsync(link, _closing.Token);
            return null;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            return null;
        }
        catch (InvalidProtocolBufferException e)
        {
            return new HoldfastException(ErrorCode.ProtoMalformed, "the daemon sent a message that cannot be read", null, e);
        }
        catch (HoldfastException e)
        {
            return e;
        }
    }

    private void LoseLink(DaemonLink link)
    {
        var unsure = new List<PendingRequest>();
        lock (_gate)
        {
            _link = null;
            foreach (var request in _pending.Values)
            {
                if (request.AfterLoss == AfterLoss.Fail && request.SentOn is not null)
                    unsure.Add(request);
                request.SentOn = null;
            }
        }

        foreach (var request in unsure)
            request.Answer.TrySetException(Faults.MayHaveHappened(request.Envelope.BodyCase.ToString().ToLowerInvariant()));
        foreach (var attachment in _attachments.ForgetNumbers())
            attachment.OnLost();
        link.Dispose();
    }

    /// <summary>Sends on a fresh link what the lost one still owed: attachments first, so that a session's input and output go on at once.</summary>
    private async Task TakeUpAsync(DaemonLink link)
    {
        var unsent = new List<PendingRequest>();
        var attachments = _attachments.ForgetNumbers();
        lock (_gate)
        {
            _link = link;
            Welcome = link.Welcome;
            foreach (var request in _pending.Values)
            {
                request.SentOn = link;
                unsent.Add(request);
            }
        }

        foreach (var attachment in attachments)
            _ = TakeUpAsync(attachment, attachment.ResumeRequest());
        foreach (var request in unsent)
            await SendAsync(link, request.Envelope, CancellationToken.None);
    }

    private async Task TakeUpAsync(SessionAttachment attachment, AttachRequest request)
    {
        void OnAnswer(Envelope answer)
        {
            if (attachment.HasEnded || answer.AttachAnswer is not { } attached || CurrentLink() is not { } current)
                return;
            _attachments.Add(attached.Session.Number, attachment);
            attachment.OnResumed(current, attached, request.Acks);
        }

        try
        {
            request.Acks = Acknowledges;
            await RequestAsync(new Envelope { Attach = request }, AfterLoss.Fail, _closing.Token, OnAnswer);
        }
        catch (HoldfastException e) when (e.Code == ErrorCode.OffsetNotHeld && !request.Start)
        {
            request.Start = true;
            await TakeUpAsync(attachment, request);
        }
        catch (HoldfastException e) when (e.Code == ErrorCode.OwnerRequired && request.As != AttachAs.AsObserver)
        {
            // Somebody took the session over meanwhile: it goes on as an observer, and its unacknowledged input will not arrive.
            attachment.OnOwnershipLost(e);
            await TakeUpAsync(attachment, attachment.ResumeRequest());
        }
        catch (HoldfastException e) when (e.Code == ErrorCode.DaemonUnavailable)
        {
            // This link was lost as well: whoever takes up the next one asks again.
            _ = e;
        }
        catch (HoldfastException e) when (e.Code == ErrorCode.SessionGone)
        {
            _attachments.Remove(attachment);
            attachment.OnFinalized();
        }
        catch (HoldfastException e)
        {
            _attachments.Remove(attachment);
            attachment.End(e);
        }
        catch (OperationCanceledException e)
        {
            // Disposed: the attachment ends with the client.
            _ = e;
        }
    }

    // A send that fails needs nothing more: the receive loop sees the same end and the request is still pending.
    private static async Task SendAsync(DaemonLink? link, Envelope envelope, CancellationToken cancellation)
    {
        if (link is null)
            return;
        try
        {
            await link.SendAsync(envelope, cancellation);
        }
        catch (SocketException e)
        {
            _ = e;
        }
    }

    private void Answered(Envelope envelope)
    {
        PendingRequest? request;
        lock (_gate)
        {
            if (!_pending.TryGetValue(envelope.RequestId, out request))
                return;
            if (!IsPart(envelope))
                _pending.Remove(envelope.RequestId);
        }

        if (envelope.BodyCase == Envelope.BodyOneofCase.Error)
        {
            request.Answer.TrySetException(HoldfastException.From(envelope.Error));
            return;
        }

        request.OnAnswer?.Invoke(envelope);
        if (IsPart(envelope))
            return;
        request.Answer.TrySetResult(envelope);
    }

    // A large snapshot comes in several answers.
    private static bool IsPart(Envelope envelope) => envelope.SnapshotAnswer is { More: true };

    private void GiveUp(HoldfastException failure)
    {
        List<PendingRequest> abandoned;
        lock (_gate)
        {
            _failure = failure;
            abandoned = [.. _pending.Values];
            _pending.Clear();
        }

        foreach (var request in abandoned)
            request.Answer.TrySetException(failure);
        foreach (var attachment in _attachments.TakeAll())
            attachment.End(failure);
        _onState(ConnectionState.Ended);
    }

    private DaemonLink? CurrentLink()
    {
        lock (_gate)
            return _link;
    }
}
