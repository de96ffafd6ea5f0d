using Holdfast.Daemon.Clients.Handlers;
using Holdfast.Daemon.Health;
using Holdfast.Daemon.Loop;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;
using Microsoft.Extensions.Logging;

namespace Holdfast.Daemon.Clients;

/// <summary>Gives each request to its handler and sends its answer, or the error with its code. Owned by the host, loop thread.</summary>
public sealed class RequestRouter(RequestServices services, ILogger log)
{
    /// <summary>Nobody waits for one any more.</summary>
    internal static Envelope NoAnswer { get; } = new();

    public void Handle(ClientConnection connection, Envelope request)
    {
        // The one message without an answer, because there are so many of it; a wrong one is counted and has no effect.
        if (request.RequestId == 0 && request.BodyCase != Envelope.BodyOneofCase.Ack)
        {
            FrameRouter.Refuse(connection, ErrorCode.ProtoMalformed, "a request has no id");
            return;
        }
        if (request.BodyCase == Envelope.BodyOneofCase.Hello)
        {
            FrameRouter.Refuse(connection, ErrorCode.ProtoMalformed, "a second hello on one connection");
            return;
        }
        if (request.BodyCase == Envelope.BodyOneofCase.Cancel)
        {
            connection.Waits.Cancel(request.RequestId);
            return;
        }
        // It runs until its first wait here and now; what follows comes back to the loop.
        AnswerAsync(connection, request).Unattended();
    }

    private async Task AnswerAsync(ClientConnection connection, Envelope request)
    {
        Envelope answer;
        try
        {
            answer = await DispatchAsync(connection, request);
        }
        catch (HoldfastException e)
        {
            answer = new Envelope { Error = e.ToError() };
        }
        catch (Exception e)
        {
            log.RequestFault(e);
            answer = new Envelope { Error = new HoldfastException(ErrorCode.Internal, $"the request failed: {e.Message}").ToError() };
        }
        if (answer.Error is { } refused)
            services.Counters.Refused(refused.Code);
        if (request.RequestId == 0 || ReferenceEquals(answer, NoAnswer))
            return;
        answer.RequestId = request.RequestId;
        connection.Send(answer);
        if (answer.AttachAnswer is { } attached)
            Begin(connection, attached);
    }

    // Its answer is on its way: what goes wrong now can only be told to the connection as a whole.
    private void Begin(ClientConnection connection, AttachAnswer attached)
    {
        try
        {
            AttachHandler.Begin(services, connection, attached);
        }
        catch (Exception e)
        {
            log.RequestFault(e);
            FrameRouter.Refuse(connection, ErrorCode.Internal, $"the attachment cannot begin: {e.Message}");
        }
    }

    private Task<Envelope> DispatchAsync(ClientConnection connection, Envelope request)
    {
        if (connection.Role != Role.Control && Mutates(request.BodyCase))
            throw new HoldfastException(ErrorCode.RoleForbidden, "a stream connection may only read");
        return request.BodyCase switch
        {
            Envelope.BodyOneofCase.Create => CreateHandler.HandleAsync(services, request.Create),
            Envelope.BodyOneofCase.Attach => AwakeAsync(connection, request.Attach.Session, () => AttachHandler.Handle(services, connection, request.Attach)),
            Envelope.BodyOneofCase.Detach => Task.FromResult(DetachHandler.Handle(services, connection, request.Detach)),
            Envelope.BodyOneofCase.Resize => Task.FromResult(ResizeHandler.Handle(services, connection, request.Resize)),
            Envelope.BodyOneofCase.Signal => SignalHandler.HandleAsync(services, connection, request.Signal),
            Envelope.BodyOneofCase.Kill => KillHandler.HandleAsync(services, connection, request.Kill),
            Envelope.BodyOneofCase.Rename => Task.FromResult(RenameHandler.Handle(services, connection, request.Rename)),
            Envelope.BodyOneofCase.Take => Task.FromResult(TakeHandler.Handle(services, connection, request.Take)),
            Envelope.BodyOneofCase.Release => Task.FromResult(ReleaseHandler.Handle(services, connection, request.Release)),
            Envelope.BodyOneofCase.Ack => Task.FromResult(AckHandler.Handle(services, connection, request.Ack)),
            Envelope.BodyOneofCase.List => Task.FromResult(ListHandler.Handle(services)),
            Envelope.BodyOneofCase.Inspect => Task.FromResult(InspectHandler.Handle(services, request.Inspect)),
            Envelope.BodyOneofCase.History => AwakeAsync(connection, request.History.Session, () => HistoryHandler.Handle(services, request.History)),
            Envelope.BodyOneofCase.Snapshot => AwakeAsync(connection, request.Snapshot.Session, () => SnapshotHandler.Handle(services, connection, request)),
            Envelope.BodyOneofCase.Wait => WaitHandler.HandleAsync(services, connection, request),
            Envelope.BodyOneofCase.Status => Task.FromResult(StatusHandler.Handle(services)),
            Envelope.BodyOneofCase.Stop => StopHandler.HandleAsync(services, request.Stop),
            Envelope.BodyOneofCase.Upgrade => UpgradeHandler.HandleAsync(services, request.Upgrade),
            _ => throw new HoldfastException(ErrorCode.RequestUnknown, "this daemon does not know the request"),
        };
    }

    // Output and screen of a session from before may still be on disk.
    private async Task<Envelope> AwakeAsync(ClientConnection connection, string reference, Func<Envelope> handle)
    {
        if (services.Sessions.Find(reference).Awaken is { } awaken)
            await awaken();
        // Whoever asked and is gone must not be attached: nothing would detach it again.
        return connection.IsEnding ? NoAnswer : handle();
    }

    private static bool Mutates(Envelope.BodyOneofCase body) => body is
        Envelope.BodyOneofCase.Create or Envelope.BodyOneofCase.Resize or Envelope.BodyOneofCase.Signal or Envelope.BodyOneofCase.Kill
        or Envelope.BodyOneofCase.Rename or Envelope.BodyOneofCase.Take or Envelope.BodyOneofCase.Release or Envelope.BodyOneofCase.Stop
        or Envelope.BodyOneofCase.Upgrade;
}
