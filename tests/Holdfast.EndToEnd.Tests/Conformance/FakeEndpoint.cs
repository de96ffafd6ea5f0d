using System.Net.Sockets;
using Holdfast.DaemonRpc.Lifecycle;

namespace Holdfast.EndToEnd.Tests.Conformance;

/// <summary>Listens where a daemon would and answers whatever it gets with the same frame. Owned by one case.</summary>
internal sealed class FakeEndpoint : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly byte[] _says;

    public FakeEndpoint(DaemonPaths paths, byte[] says)
    {
        _says = says;
        DirectoryGuard.Ensure(paths.RuntimeDirectory);
        File.WriteAllText(paths.Token, "token");
        _listener.Bind(new UnixDomainSocketEndPoint(paths.Socket));
        _listener.Listen();
        _ = AnswerAllAsync();
    }

    public void Dispose() => _listener.Dispose();

    private async Task AnswerAllAsync()
    {
        try
        {
            while (true)
            {
                using var peer = await _listener.AcceptAsync();
                await peer.ReceiveAsync(new byte[_says.Length]);
                await peer.SendAsync(_says);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The case is over.
            _ = e;
        }
    }
}
