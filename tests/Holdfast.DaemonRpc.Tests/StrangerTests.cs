using System.Net.Sockets;
using Holdfast.DaemonRpc.Client;
using Holdfast.DaemonRpc.Wire;

namespace Holdfast.DaemonRpc.Tests;

/// <summary>Clients that speak otherwise than ours, and daemons of other users: what is refused, and that others are served on.</summary>
public sealed class StrangerTests : IDisposable
{
    private readonly ToolPlace _place = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("0000000563" + "00000000", "WIRE_UNKNOWN_KIND", 76)]
    [InlineData("7fffffff01", "WIRE_TOO_LARGE", 65)]
    [InlineData("0000000001", "WIRE_MALFORMED", 76)]
    [InlineData("0000000107", "WIRE_MALFORMED", 76)]
    [InlineData("00000003010001", "WIRE_MALFORMED", 76)]
    public async Task Nonsense_is_refused_with_its_code_and_the_daemon_serves_on(string bytes, string code, int exitCode)
    {
        var pid = await _place.DaemonPidAsync();
        using var frames = new FrameConnection(await ConnectAsync(), WireLimits.MaxControlBytes);
        await frames.SendAsync(Convert.FromHexString(bytes), Cancel);
        var frame = await frames.ReadAsync(Cancel);
        var error = CommandErrorMessage.Decode(frame!.Value.Payload.Span);
        Assert.Equal((FrameKind.CommandError, code, exitCode), (frame.Value.Kind, error.Code, error.ExitCode));
        Assert.Equal(pid, await _place.DaemonPidAsync());
    }

    [Fact]
    public async Task A_client_that_says_nothing_is_left_after_a_while()
    {
        _place.Set("CLIENT_MS", "200");
        await _place.DaemonPidAsync();
        using var frames = new FrameConnection(await ConnectAsync(), WireLimits.MaxControlBytes);
        Assert.Null(await frames.ReadAsync(Cancel).AsTask().WaitAsync(ToolPlace.Patience, Cancel));
        Assert.Contains("did not say what it wants", _place.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_leaves_within_a_frame_harms_nobody()
    {
        var pid = await _place.DaemonPidAsync();
        using (var socket = await ConnectAsync())
            await socket.SendAsync(Convert.FromHexString("00000012010001"), Cancel);
        Assert.Equal(pid, await _place.DaemonPidAsync());
    }

    [Fact]
    public async Task A_command_larger_than_the_daemon_takes_is_refused_by_the_daemon_too()
    {
        _place.Set("BUILD", "one");
        await _place.DaemonPidAsync();
        // A client that believes in larger ones than its daemon's mebibyte.
        var client = new DaemonClient(new DaemonClientOptions { DaemonId = "test-tool", Directory = _place.Place.Parent, BuildTimestamp = "one", NoSpawn = true });
        foreach (var bytes in (int[])[1024 * 1024 + 1, 12 * 1024 * 1024])
        {
            var refused = await Assert.ThrowsAsync<DaemonException>(
                () => client.ExecuteAsync(new CommandRequest { Body = new byte[bytes], Arguments = ["echo"] }, Stream.Null, Stream.Null, Cancel));
            Assert.Equal(("WIRE_TOO_LARGE", 65), (refused.Code, refused.ExitCode));
        }
    }

    [Theory]
    [InlineData(1000u, 1000u, Intent.Run, true)]
    [InlineData(1001u, 1000u, Intent.Run, false)]
    [InlineData(1001u, 1000u, Intent.Control, false)]
    [InlineData(0u, 1000u, Intent.Run, false)]
    [InlineData(1000u, 0u, Intent.Run, false)]
    [InlineData(1000u, 0u, Intent.Control, true)]
    public void No_command_is_given_to_another_users_daemon(uint daemon, uint user, Intent intent, bool goes)
    {
        var refusal = Record.Exception(() => DaemonLink.RefuseStranger(daemon, user, intent, _place.Place));
        Assert.Equal(goes ? null : "PERMISSION_DENIED", (refusal as DaemonException)?.Code);
    }

    public void Dispose() => _place.Dispose();

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(_place.Place.Socket), Cancel);
        return socket;
    }
}
