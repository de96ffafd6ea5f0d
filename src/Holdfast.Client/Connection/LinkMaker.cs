using System.Net.Sockets;
using Google.Protobuf;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Client.Connection;

/// <summary>
/// Makes a link that has been welcomed, trying until a deadline.
/// Owned by the connection; one attempt series at a time.
/// </summary>
internal sealed class LinkMaker(HoldfastClientOptions options, string clientId, Role role, ReceiveMode mode)
{
    private string? _token;

    /// <param name="deadline">For all attempts together.</param>
    /// <param name="patient">True while a daemon is being replaced: then also its absence is waited out.</param>
    /// <param name="cancellation">Ends the attempts.</param>
    public async Task<DaemonLink> MakeAsync(TimeSpan deadline, bool patient, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(deadline);
        var until = Environment.TickCount64 + (long)deadline.TotalMilliseconds;
        var backOff = new BackOff();
        HoldfastException? last = null;
        var endpoint = new Endpoint(options);
        try
        {
            while (true)
            {
                try
                {
                    return await AttemptAsync(endpoint, TimeSpan.FromMilliseconds(Math.Max(1, until - Environment.TickCount64)), limit.Token);
                }
                catch (HoldfastException e) when (IsPassing(e, patient) || (e.Code == ErrorCode.Unauthenticated && TokenHasChanged(endpoint)))
                {
                    last = e;
                }
                catch (Exception e) when (e is SocketException or IOException or InvalidProtocolBufferException or TokenMissingException)
                {
                    // The daemon went away between connect and welcome, or is not ready: the next attempt tells.
                    _ = e;
                }

                await backOff.WaitAsync(limit.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw last ?? endpoint.NoDaemon(deadline);
        }
    }

    private async Task<DaemonLink> AttemptAsync(Endpoint endpoint, TimeSpan remaining, CancellationToken cancellation)
    {
        var socket = await endpoint.DialAsync(remaining, cancellation);
        try
        {
            _token = endpoint.ReadToken() ?? throw new TokenMissingException();
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        var hello = new Hello
        {
            ProtocolVersion = ProtocolVersion.Current,
            ClientId = clientId,
            Role = role,
            Token = _token,
            ClientName = options.ClientName,
        };
        return await DaemonLink.GreetAsync(socket, hello, mode, cancellation);
    }

    // A daemon that starts writes its token before it answers: what we read before may be its predecessor's.
    private bool TokenHasChanged(Endpoint endpoint) => endpoint.ReadToken() != _token;

    private static bool IsPassing(HoldfastException e, bool patient) =>
        e.Code is ErrorCode.DaemonStopping or ErrorCode.HandshakeTimeout or ErrorCode.LimitConnections or ErrorCode.LimitConnectionRate
        || (patient && e.Code is ErrorCode.DaemonUnavailable or ErrorCode.DaemonStartFailed or ErrorCode.Unauthenticated);

    /// <summary>The socket is there, the token not yet: the first daemon of a directory is still starting.</summary>
    private sealed class TokenMissingException : Exception;
}
