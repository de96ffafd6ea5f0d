using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Holdfast.Client;
using Holdfast.Protocol;
using Holdfast.Protocol.Frames;
using Holdfast.Protocol.V1;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Connections;

/// <summary>Peers that speak wrongly, halfway or not at all get their error; the others notice nothing.</summary>
public sealed class HostilePeerTests
{
    private const int Storm = 1000;

    [Fact]
    public async Task Another_protocol_is_told_which_versions_are_spoken()
    {
        await using var daemon = new DaemonProcess();
        (await daemon.CliAsync("daemon", "start")).Succeeded();
        var garbage = new byte[4096];
        new Random(3).NextBytes(garbage);
        byte[][] wrongs = [Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), [.. garbage], [0, 0, 0, 0, 0, 0], [0, 0, 0, 2, 1, 0xff]];
        foreach (var wrong in wrongs)
        {
            using var peer = await RawPeer.ConnectAsync(daemon);
            await peer.SendAsync(wrong);
            var error = await peer.RefusalAsync();
            Assert.Equal(ErrorCode.ProtoBreakingChange, error.Code);
            Assert.Equal([ProtocolVersion.Current], error.SupportedVersions);
        }
    }

    [Fact]
    public async Task Another_protocol_version_is_told_which_versions_are_spoken()
    {
        await using var daemon = new DaemonProcess();
        (await daemon.CliAsync("daemon", "start")).Succeeded();
        using var peer = await RawPeer.ConnectAsync(daemon);
        var hello = RawPeer.Greeting(daemon);
        hello.Hello.ProtocolVersion = 99;
        await peer.SendAsync(hello);
        var error = await peer.RefusalAsync();
        Assert.Equal(ErrorCode.ProtoBreakingChange, error.Code);
        Assert.Equal([ProtocolVersion.Current], error.SupportedVersions);
        Assert.NotEmpty(error.Hint);
    }

    [Theory]
    [InlineData("")]
    [InlineData("wrong")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    public async Task A_wrong_token_is_refused(string token)
    {
        await using var daemon = new DaemonProcess();
        (await daemon.CliAsync("daemon", "start")).Succeeded();
        using var peer = await RawPeer.ConnectAsync(daemon);
        var hello = RawPeer.Greeting(daemon);
        hello.Hello.Token = token;
        await peer.SendAsync(hello);
        Assert.Equal(ErrorCode.Unauthenticated, (await peer.RefusalAsync()).Code);
    }

    [Fact]
    public async Task Oversized_and_malformed_frames_after_the_hello_end_only_that_connection()
    {
        await using var daemon = new DaemonProcess();
        await using var other = await daemon.ConnectAsync();
        var oversized = new byte[5];
        BinaryPrimitives.WriteUInt32BigEndian(oversized, ProtocolLimits.MaxFrameBytes + 1);
        using var large = await RawPeer.GreetedAsync(daemon);
        await large.SendAsync(oversized);
        Assert.Equal(ErrorCode.FrameTooLarge, (await large.RefusalAsync()).Code);
        using var malformed = await RawPeer.GreetedAsync(daemon);
        await malformed.SendAsync(new byte[] { 0, 0, 0, 3, (byte)FrameKind.Control, 0xff, 0xff });
        Assert.Equal(ErrorCode.ProtoMalformed, (await malformed.RefusalAsync()).Code);
        Assert.Empty(await other.ListAsync());
    }

    [Fact]
    public async Task Silence_and_half_a_hello_end_at_the_deadline_with_an_error()
    {
        await using var daemon = new DaemonProcess();
        (await daemon.CliAsync("daemon", "start")).Succeeded();
        using var silent = await RawPeer.ConnectAsync(daemon);
        using var half = await RawPeer.ConnectAsync(daemon);
        await half.SendAsync(RawPeer.FrameOf(RawPeer.Greeting(daemon)).AsMemory()[..^3]);
        var errors = await Task.WhenAll(silent.RefusalAsync(), half.RefusalAsync());
        Assert.All(errors, e => Assert.Equal(ErrorCode.HandshakeTimeout, e.Code));
    }

    [Fact]
    public async Task A_hello_that_arrives_byte_by_byte_is_welcomed_and_may_then_be_silent()
    {
        await using var daemon = new DaemonProcess();
        (await daemon.CliAsync("daemon", "start")).Succeeded();
        using var peer = await RawPeer.ConnectAsync(daemon);
        foreach (var one in RawPeer.FrameOf(RawPeer.Greeting(daemon)))
            await peer.SendAsync(new[] { one });
        Assert.NotNull((await peer.ReceiveAsync())?.Welcome);
        using var silent = await RawPeer.ConnectAsync(daemon);
        Assert.Equal(ErrorCode.HandshakeTimeout, (await silent.RefusalAsync()).Code);
        // The deadline of a later connection has passed: this one's would have long before.
        Assert.NotNull((await peer.AskAsync(new Envelope { RequestId = 2, List = new ListRequest() })).ListAnswer);
    }

    [Fact]
    public async Task Unknown_requests_get_their_answer_and_unknown_kinds_of_frames_are_skipped()
    {
        await using var daemon = new DaemonProcess();
        (await daemon.CliAsync("daemon", "start")).Succeeded();
        using var peer = await RawPeer.GreetedAsync(daemon);
        await peer.SendAsync(new byte[] { 0, 0, 0, 4, 200, 1, 2, 3 });
        // request_id 7, and a body with field number 49, which nobody has defined yet.
        await peer.SendAsync(new byte[] { 0, 0, 0, 6, (byte)FrameKind.Control, 0x08, 7, 0x8a, 0x03, 0 });
        var answer = await peer.ReceiveAsync();
        Assert.Equal(7UL, answer?.RequestId);
        Assert.Equal(ErrorCode.RequestUnknown, answer?.Error?.Code);
        Assert.NotNull((await peer.AskAsync(new Envelope { RequestId = 8, List = new ListRequest() })).ListAnswer);
    }

    [Fact]
    public async Task A_stream_connection_may_read_but_change_nothing()
    {
        await using var daemon = new DaemonProcess();
        await using var client = await daemon.ConnectAsync();
        var session = await client.CreateAsync(daemon.Shell("quiet", "read word; echo got $word"));
        using var stream = await RawPeer.GreetedAsync(daemon, Role.Stream);
        Envelope[] changes =
        [
            new() { Create = daemon.Shell("other", "true") },
            new() { Kill = new KillRequest { Session = "quiet" } },
            new() { Signal = new SignalRequest { Session = "quiet", Signal = 9 } },
            new() { Resize = new ResizeRequest { Session = "quiet", Size = new TerminalSize { Cols = 9, Rows = 9 } } },
            new() { Rename = new RenameRequest { Session = "quiet", Name = "loud" } },
            new() { Stop = new StopRequest { Mode = StopMode.StopKillSessions } },
        ];
        for (var i = 0; i < changes.Length; i++)
        {
            changes[i].RequestId = (ulong)i + 10;
            Assert.Equal(ErrorCode.RoleForbidden, (await stream.AskAsync(changes[i])).Error?.Code);
        }
        Assert.NotNull((await stream.AskAsync(new Envelope { RequestId = 90, Attach = new AttachRequest { Session = "quiet", Start = true } })).AttachAnswer);
        var input = new byte[FrameCodec.DataHeaderBytes + 3];
        FrameCodec.WriteDataHeader(input, FrameKind.Input, session.Number, 0, 3);
        "no\r"u8.CopyTo(input.AsSpan(FrameCodec.DataHeaderBytes));
        await stream.SendAsync(input);
        Assert.Equal((int)ErrorCode.RoleForbidden, (await stream.ReceiveAsync())?.InputRefused?.Code);
        var found = Assert.Single(await client.ListAsync());
        Assert.Equal(("quiet", SessionState.Running, 80U), (found.Name, found.State, found.Size.Cols));
    }

    [Fact]
    public async Task A_thousand_connections_at_once_get_their_error_while_another_client_types_on()
    {
        await using var daemon = new DaemonProcess();
        await using var client = await daemon.ConnectAsync();
        await client.CreateAsync(daemon.Shell("mirror", "stty raw -echo; printf ready; exec cat"));
        await using var mirror = await Transcript.OfAsync(client, "mirror");
        await mirror.UntilAsync("ready");
        var storm = Task.WhenAll(Enumerable.Range(0, Storm).Select(_ => Task.Run(() => RefusedAsync(daemon))));
        var echoes = 0;
        for (; !storm.IsCompleted; echoes++)
        {
            mirror.Clear();
            await mirror.TypeAsync("x");
            await mirror.UntilAsync("x");
        }
        var errors = await storm;
        Assert.Contains(ErrorCode.LimitConnections, errors);
        Assert.Contains(ErrorCode.HandshakeTimeout, errors);
        Assert.All(errors, e => Assert.True(e is ErrorCode.LimitConnections or ErrorCode.HandshakeTimeout, $"{e}"));
        // The storm lasts the five seconds of the handshake's deadline; an echo takes well below a millisecond.
        Assert.InRange(echoes, 100, int.MaxValue);
        (await daemon.CliAsync("ls")).Succeeded();
    }

    // Where a write fails, Node throws away what it has received: the refusal.
    [Fact]
    public async Task A_peer_that_is_refused_can_go_on_writing_for_a_second()
    {
        await using var daemon = new DaemonProcess(("HOLDFAST_MAX_CONNECTIONS", "1"));
        await using var client = await daemon.ConnectAsync();
        using var peer = await RawPeer.ConnectAsync(daemon);
        Assert.Equal(ErrorCode.LimitConnections, (await peer.RefusalAsync()).Code);
        await peer.SendAsync(RawPeer.Greeting(daemon));
        Assert.Equal(1U, (await client.StatusAsync()).Clients);
        var ended = await Assert.ThrowsAsync<SocketException>(async () =>
        {
            while (true)
                await peer.SendAsync(new byte[ProtocolLimits.MaxFrameBytes]);
        });
        Assert.Contains(ended.SocketErrorCode, (SocketError[])[SocketError.Shutdown, SocketError.ConnectionReset]);
    }

    [Fact]
    public async Task Refused_peers_that_stay_do_not_add_up()
    {
        await using var daemon = new DaemonProcess(("HOLDFAST_MAX_CONNECTIONS", "1"));
        await using var client = await daemon.ConnectAsync();
        var daemonPid = (int)(await client.StatusAsync()).DaemonPid;
        var before = Descriptors(daemonPid);
        var peers = new List<RawPeer>();
        for (var i = 0; i < 300; i++)
        {
            peers.Add(await RawPeer.ConnectAsync(daemon));
            Assert.Equal(ErrorCode.LimitConnections, (await peers[i].RefusalAsync()).Code);
            Assert.InRange(Descriptors(daemonPid), 0, before + 100);
        }
        peers.ForEach(p => p.Dispose());
    }

    internal static int Descriptors(int pid) => Directory.GetFiles($"/proc/{pid}/fd").Length;

    private static async Task<ErrorCode> RefusedAsync(DaemonProcess daemon)
    {
        using var peer = await RawPeer.ConnectAsync(daemon);
        return (await peer.RefusalAsync()).Code;
    }
}
