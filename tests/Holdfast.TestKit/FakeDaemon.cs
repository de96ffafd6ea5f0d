using System.Net.Sockets;

namespace Holdfast.TestKit;

/// <summary>
/// A daemon that does what a test's script says, on a real Unix socket.
/// Owned by one test; its connections are used by the test's own task. The socket's directory goes with it.
/// </summary>
public sealed class FakeDaemon : IDisposable
{
    /// <summary>Far beyond what any step needs: a test that waits this long has failed.</summary>
    private static readonly TimeSpan TestDeadline = TimeSpan.FromSeconds(20);

    private readonly string _directory = Directory.CreateTempSubdirectory("holdfast-fake-").FullName;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _deadline = new(TestDeadline);

    public FakeDaemon()
    {
        _listener.Bind(new UnixDomainSocketEndPoint(Path));
        _listener.Listen();
    }

    /// <summary>The socket's directory, where a client also looks for the token.</summary>
    public string RuntimeDirectory => _directory;

    public string Path => System.IO.Path.Combine(_directory, "socket");

    public CancellationToken Deadline => _deadline.Token;

    /// <summary>What a client's options take to reach this daemon.</summary>
    public async Task<Socket> DialAsync(TimeSpan deadline, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path), cancellation);
        return socket;
    }

    /// <summary>The next connection as it comes, without a word said.</summary>
    public async Task<FakeConnection> AcceptSilentlyAsync() => new(await _listener.AcceptAsync(Deadline), Deadline);

    /// <summary>The next connection after hello and welcome.</summary>
    public async Task<FakeConnection> AcceptAsync(params IEnumerable<string> features)
    {
        var connection = await AcceptSilentlyAsync();
        await connection.WelcomeAsync("", features);
        return connection;
    }

    public void Dispose()
    {
        _listener.Dispose();
        _deadline.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
