using System.Net.Sockets;
using Google.Protobuf;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Client.Connection;

/// <summary>
/// A client's connection, or one of its two, over all the daemons it meets: requests wait and are sent again, attachments are taken up where they stood.
/// Owned by the client's connections. One task receives and reconnects; requests come from any thread. Lives from the first welcome until disposed or
/// given up.
/// </summary>
internal sealed class ClientConnection : IAsyncDisposable
{
    private readonly HoldfastClientOptions _options;
    private readonly LinkMaker _maker;
    private readonly Action<ConnectionState> _onState;
    private readonly Lock _gate = new();
    private readonly SortedDictionary<ulong, PendingRequest> _pending = [];
    private readonly AttachmentTable _attachments = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly FrameDispatcher _dispatcher;
    private readonly Resumption _resumption;
    private DaemonLink? _link;
    private HoldfastException? _failure;
    private HoldfastException? _told;
    private ulong _lastRequestId = 1;
    private Task _running = Task.CompletedTask;

    private ClientConnection(
        HoldfastClientOptions options, string clientId, ConnectionPart part, Action<ConnectionState> onState, Action<RecoveredEvent> onRecovered)
    {
        _options = options;
        Part = part;
        _onState = onState;
        Receiving = new ReceiveMode(options.ReadOnReceiveLoop && part.HasFlag(ConnectionPart.Output));
        _maker = new LinkMaker(options, clientId, part == ConnectionPart.Output ? Role.Stream : Role.Control, Receiving);
        _dispatcher = new FrameDispatcher(part, _attachments, Answered, onRecovered);
        _resumption = new Resumption(this, _attachments, _closing.Token);
        Welcome = new Welcome();
    }

    public ConnectionPart Part { get; }

    public ReceiveMode Receiving { get; }

    /// <summary>What the present or last daemon said of itself.</summary>
    public Welcome Welcome { get; private set; }

    // A daemon that does not know them would take them for a fault.
    public bool Acknowledges => _options.Acknowledges && Part.HasFlag(ConnectionPart.Output) && Welcome.Features.Contains(ProtocolFeatures.Acks);

    /// <summary>Completes when no daemon will answer on this connection any more.</summary>
    public Task Ended => _running;

    /// <summary>The daemon said that it stops for good.</summary>
    public bool HasStopped => _dispatcher.HasStopped;

    /// <summary>Why it ended; <c>null</c> while it has not.</summary>
    public HoldfastException? Failure
    {
        get
        {
            lock (_gate)
                return _failure;
        }
    }

    public DaemonLink? CurrentLink
    {
        get
        {
            lock (_gate)
                return _link;
        }
    }

    public static async Task<ClientConnection> OpenAsync(
        HoldfastClientOptions options,
        string clientId,
        ConnectionPart part,
        Action<ConnectionState> onState,
        Action<RecoveredEvent> onRecovered,
        CancellationToken cancellation)
    {
        var connection = new ClientConnection(options, clientId, part, onState, onRecovered);
        var link = await connection._maker.MakeAsync(options.ConnectDeadline, patient: false, cancellation);
        connection._link = link;
        connection.Welcome = link.Welcome;
        // A loop that blocks has a thread of its own.
        connection._running = connection.Receiving.IsBlocking
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

    /// <summary>Nobody waits for the answer to this request any more: the daemon need not keep it.</summary>
    public Task TakeBackAsync(ulong request) => Welcome.Features.Contains(ProtocolFeatures.Cancels)
        ? SendAsync(CurrentLink, new Envelope { RequestId = request, Cancel = new CancelRequest() }, CancellationToken.None)
        : Task.CompletedTask;

    /// <summary>Whether there is an attachment to the session of that name or id.</summary>
    public bool IsAttached(string session) => _attachments.Knows(session);

    /// <summary>Attaches on this connection what <paramref name="attachment"/> wants of it.</summary>
    public async Task AttachAsync(SessionAttachment attachment, CancellationToken cancellation)
    {
        HoldfastException? refusal = null;
        var request = attachment.FirstRequest(Part);
        request.Acks = Acknowledges;
        void OnAnswer(Envelope answer)
        {
            if (attachment.HasEnded || answer.AttachAnswer is not { } attached || CurrentLink is not { } link)
                return;
            if (_attachments.Knows(attached.Session))
            {
                refusal = Faults.AttachedTwice(attached.Session.Name);
                return;
            }

            attachment.OnAttached(Part, link, attached, request.Acks);
            _attachments.Add(attached.Session.Number, attachment);
        }

        await RequestAsync(new Envelope { Attach = request }, AfterLoss.SendAgain, cancellation, OnAnswer);
        if (refusal is not null)
            throw refusal;
        if (!attachment.IsAttached(Part))
            throw Faults.Ended();
    }

    /// <summary>Becomes the owner of an attached session; its input continues where the answer says.</summary>
    public async Task TakeAsync(SessionAttachment attachment, bool force, CancellationToken cancellation)
    {
        void OnAnswer(Envelope answer)
        {
            if (answer.TakeAnswer is { } taken && CurrentLink is { } link)
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
        if (CurrentLink is not null)
            await DetachAsync(attachment.Session.Id);
    }

    private async Task DetachAsync(string session)
    {
        try
        {
            await RequestAsync(new Envelope { Detach = new DetachRequest { Session = session } }, AfterLoss.Fail, _closing.Token);
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
            attachment.Abandon();
        CurrentLink?.Close();
        await _running;
        _closing.Dispose();
    }

    /// <summary>
    /// The client's other connection has ended for good, and so does this one: at once, or where the daemon has stopped with what it had sent before.
    /// </summary>
    public void EndWith(HoldfastException failure, bool atOnce)
    {
        DaemonLink? link;
        lock (_gate)
        {
            _told = failure;
            link = _link;
        }

        if (!atOnce && link is not null)
            return;
        _closing.Cancel();
        link?.Close();
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
            if (_closing.IsCancellationRequested || Told() is not null || !_options.Reconnect || ReferenceEquals(failure, cause))
                break;
            _onState(ConnectionState.Reconnecting);
            try
            {
                link = await _maker.MakeAsync(_options.ReconnectDeadline, patient: true, _closing.Token);
                if (Told() is not null)
                {
                    link.Dispose();
                    break;
                }
            }
            catch (Exception e) when (e is HoldfastException or OperationCanceledException)
            {
                failure = e as HoldfastException ?? failure;
                break;
            }

            _ = TakeUpAsync(link);
            _onState(ConnectionState.Connected);
        }

        GiveUp(Told() ?? failure);
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
            attachment.OnLost(Part);
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
            _ = _resumption.ResumeAsync(attachment, attachment.ResumeRequest(Part));
        foreach (var request in unsent)
            await SendAsync(link, request.Envelope, CancellationToken.None);
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
            if (_pending.TryGetValue(envelope.RequestId, out request) && !IsPart(envelope))
                _pending.Remove(envelope.RequestId);
        }

        if (request is null)
        {
            // An attach that was given up before its answer: nobody would read its output.
            if (envelope.AttachAnswer is { } stray && !_attachments.Knows(stray.Session))
                _ = DetachAsync(stray.Session.Id);
            return;
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
        failure = failure.Within(FailureScope.Client);
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
        {
            // A daemon that stops says so on both connections: output ends where it says so there.
            if (HasStopped)
                attachment.OnStopped(Part, failure);
            else
                attachment.End(failure);
        }

        _onState(ConnectionState.Ended);
    }

    private HoldfastException? Told()
    {
        lock (_gate)
            return _told;
    }
}
