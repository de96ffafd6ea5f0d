using Holdfast.Client;
using Holdfast.DaemonRpc.Lifecycle;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;
using Holdfast.TestKit;

namespace Holdfast.Pure.Tests.Client;

/// <summary>A client outlives its daemon: what it asked is asked again, its output goes on at the exact byte.</summary>
public sealed class ReconnectTests : IDisposable
{
    private readonly FakeDaemon _daemon = new();

    public void Dispose() => _daemon.Dispose();

    [Fact]
    public async Task Output_goes_on_at_the_received_offset_and_what_comes_twice_is_dropped()
    {
        var (client, first) = await ConnectAsync();
        await using var _ = client;
        var (session, _) = await AttachAsync(client, first, 100);
        await first.SendOutputAsync(100, [1, 2, 3]);
        Assert.Equal([1, 2, 3], (await ReadAsync(session)).Data.ToArray());
        first.Dispose();

        using var second = await _daemon.AcceptAsync();
        var resumed = await second.AttachedAsync(101);
        Assert.Equal(103UL, resumed.Attach.Offset);
        Assert.Equal(FakeConnection.Work().Id, resumed.Attach.Session);
        await second.SendOutputAsync(101, [2, 3]);
        await second.SendOutputAsync(102, [3, 4, 5]);

        Assert.Equal(SessionEventKind.Reconnected, (await ReadAsync(session)).Kind);
        var output = await ReadAsync(session);
        Assert.Equal((103UL, 105UL), (output.From, output.To));
        Assert.Equal([4, 5], output.Data.ToArray());
    }

    [Fact]
    public async Task The_client_keeps_its_id_over_connections()
    {
        var (client, first) = await ConnectAsync();
        await using var _ = client;
        first.Dispose();
        using var second = await _daemon.AcceptAsync();
        Assert.Equal(32, client.ClientId.Length);
        Assert.Equal(client.ClientId, first.Hello.ClientId);
        Assert.Equal(client.ClientId, second.Hello.ClientId);
    }

    [Fact]
    public async Task A_jump_of_the_offset_is_told_as_a_gap()
    {
        var (client, first) = await ConnectAsync();
        await using var _ = client;
        var (session, _) = await AttachAsync(client, first, 0);
        await first.SendOutputAsync(10, [7]);
        var gap = await ReadAsync(session);
        Assert.Equal((SessionEventKind.Gap, 0UL, 10UL), (gap.Kind, gap.From, gap.To));
        Assert.Equal([7], (await ReadAsync(session)).Data.ToArray());
    }

    [Fact]
    public async Task An_offset_that_is_no_longer_held_becomes_a_gap_and_the_oldest_byte()
    {
        var (client, first) = await ConnectAsync();
        await using var _ = client;
        var (session, _) = await AttachAsync(client, first, 5);
        first.Dispose();

        using var second = await _daemon.AcceptAsync();
        var refused = await second.ExpectAsync(Envelope.BodyOneofCase.Attach);
        await second.SendAsync(new Envelope { RequestId = refused.RequestId, Error = new Error { Code = ErrorCode.OffsetNotHeld } });
        var again = await second.AttachedAsync(50);
        Assert.True(again.Attach.Start);
        Assert.Equal(SessionEventKind.Reconnected, (await ReadAsync(session)).Kind);
        var gap = await ReadAsync(session);
        Assert.Equal((SessionEventKind.Gap, 5UL, 50UL), (gap.Kind, gap.From, gap.To));
    }

    [Fact]
    public async Task A_session_that_is_gone_when_the_daemon_returns_ends_the_attachment()
    {
        var (client, first) = await ConnectAsync();
        await using var _ = client;
        var (session, _) = await AttachAsync(client, first, 0);
        first.Dispose();

        using var second = await _daemon.AcceptAsync();
        var refused = await second.ExpectAsync(Envelope.BodyOneofCase.Attach);
        await second.SendAsync(new Envelope { RequestId = refused.RequestId, Error = new Error { Code = ErrorCode.SessionGone } });
        Assert.Equal(SessionEventKind.Finalized, (await ReadAsync(session)).Kind);
        Assert.Equal(SessionEventKind.End, (await ReadAsync(session)).Kind);
    }

    [Fact]
    public async Task A_create_without_answer_is_sent_again_with_the_same_creation_key()
    {
        var (client, first) = await ConnectAsync();
        await using var _ = client;
        var creating = client.CreateAsync(new CreateRequest { Name = "work" }, _daemon.Deadline);
        var before = await first.ExpectAsync(Envelope.BodyOneofCase.Create);
        first.Dispose();

        using var second = await _daemon.AcceptAsync();
        var after = await second.ExpectAsync(Envelope.BodyOneofCase.Create);
        Assert.NotEmpty(before.Create.CreationKey);
        Assert.Equal(before, after);
        await second.SendAsync(new Envelope { RequestId = after.RequestId, CreateAnswer = new CreateAnswer { Session = FakeConnection.Work() } });
        Assert.Equal("work", (await creating).Name);
    }

    [Fact]
    public async Task A_signal_without_answer_fails_and_says_that_it_may_have_been_delivered()
    {
        var (client, first) = await ConnectAsync();
        await using var _ = client;
        var signalling = client.SignalAsync("work", 2, processGroup: false, _daemon.Deadline);
        await first.ExpectAsync(Envelope.BodyOneofCase.Signal);
        first.Dispose();

        var failure = await Assert.ThrowsAsync<HoldfastException>(() => signalling);
        Assert.Equal(ErrorCode.DaemonUnavailable, failure.Code);
        Assert.Contains("may or may not", failure.Message, StringComparison.Ordinal);
        using var second = await _daemon.AcceptAsync();
        var listing = client.ListAsync(_daemon.Deadline);
        var next = await second.ExpectAsync(Envelope.BodyOneofCase.List);
        await second.SendAsync(new Envelope { RequestId = next.RequestId, ListAnswer = new ListAnswer() });
        Assert.Empty(await listing);
    }

    [Fact]
    public async Task An_attach_that_was_given_up_is_detached_when_its_answer_comes()
    {
        var (client, connection) = await ConnectAsync();
        await using var _ = client;
        using var patience = new CancellationTokenSource();
        var attaching = client.AttachAsync(new AttachRequest { Session = "work", Start = true }, patience.Token);
        var request = await connection.ExpectAsync(Envelope.BodyOneofCase.Attach);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => attaching);
        await connection.SendAsync(new Envelope { RequestId = request.RequestId, AttachAnswer = new AttachAnswer { Session = FakeConnection.Work() } });
        var detach = await connection.ExpectAsync(Envelope.BodyOneofCase.Detach);
        Assert.Equal(FakeConnection.Work().Id, detach.Detach.Session);
        await connection.SendAsync(new Envelope { RequestId = detach.RequestId, DetachAnswer = new DetachAnswer() });
    }

    [Fact]
    public async Task A_connection_that_ends_before_the_welcome_is_tried_again()
    {
        var connecting = HoldfastClient.ConnectAsync(Options(), _daemon.Deadline);
        (await _daemon.AcceptSilentlyAsync()).Dispose();
        using var second = await _daemon.AcceptAsync();
        await using var client = await connecting;
        Assert.Equal(1, client.Daemon.DaemonPid);
    }

    [Fact]
    public async Task A_token_that_was_replaced_while_the_hello_was_under_way_is_read_again()
    {
        var paths = DaemonPaths.FromEnvironment() with { RuntimeDirectory = Path.GetDirectoryName(_daemon.Path)! };
        await File.WriteAllTextAsync(paths.Token, "old", _daemon.Deadline);
        var connecting = HoldfastClient.ConnectAsync(Options() with { Paths = paths }, _daemon.Deadline);
        using (var first = await _daemon.AcceptSilentlyAsync())
        {
            var hello = await first.ExpectAsync(Envelope.BodyOneofCase.Hello);
            Assert.Equal("old", hello.Hello.Token);
            await File.WriteAllTextAsync(paths.Token, "new", _daemon.Deadline);
            await first.SendAsync(new Envelope { Error = new Error { Code = ErrorCode.Unauthenticated } });
        }

        using var second = await _daemon.AcceptAsync();
        Assert.Equal("new", second.Hello.Token);
        await using var client = await connecting;
    }

    [Fact]
    public async Task A_daemon_that_is_stopped_for_good_is_not_called_again()
    {
        var (client, first) = await ConnectAsync();
        await using var _ = client;
        var (session, _) = await AttachAsync(client, first, 0);
        await first.SendEventAsync(new Envelope { Stopping = new StoppingEvent { Restart = false } });
        await client.Ended.WaitAsync(_daemon.Deadline);
        var failure = await Assert.ThrowsAsync<HoldfastException>(async () => await ReadAsync(session));
        Assert.Equal((ErrorCode.DaemonUnavailable, FailureScope.Client), (failure.Code, failure.Scope));
    }

    [Fact]
    public async Task A_failure_says_what_it_has_ended()
    {
        var (client, connection) = await ConnectAsync();
        await using var _ = client;
        var (session, _) = await AttachAsync(client, connection, 0);
        var inspecting = client.InspectAsync("nobody", _daemon.Deadline);
        var asked = await connection.ExpectAsync(Envelope.BodyOneofCase.Inspect);
        await connection.SendAsync(new Envelope { RequestId = asked.RequestId, Error = new Error { Code = ErrorCode.SessionGone, SupportedVersions = { 1, 2 } } });
        var refused = await Assert.ThrowsAsync<HoldfastException>(() => inspecting);
        Assert.Equal((FailureScope.Request, 2), (refused.Scope, refused.SupportedVersions.Count));

        await session.WriteAsync("x"u8.ToArray(), _daemon.Deadline);
        await connection.ExpectInputAsync();
        await connection.SendEventAsync(new Envelope { InputRefused = new InputRefusedEvent { Session = 7, Code = (int)ErrorCode.OwnerRequired } });
        var input = await Assert.ThrowsAsync<HoldfastException>(() => session.FlushAsync(_daemon.Deadline));
        Assert.Equal((ErrorCode.OwnerRequired, FailureScope.Input), (input.Code, input.Scope));
        connection.Dispose();

        using var second = await _daemon.AcceptAsync();
        var resumed = await second.ExpectAsync(Envelope.BodyOneofCase.Attach);
        await second.SendAsync(new Envelope { RequestId = resumed.RequestId, Error = new Error { Code = ErrorCode.PermissionDenied } });
        var ended = await Assert.ThrowsAsync<HoldfastException>(async () => await ReadAsync(session));
        Assert.Equal((ErrorCode.PermissionDenied, FailureScope.Attachment), (ended.Code, ended.Scope));
    }

    [Fact]
    public async Task The_end_of_a_program_is_told_once_also_when_two_daemons_tell_it()
    {
        var (client, first) = await ConnectAsync();
        await using var _ = client;
        var (session, _) = await AttachAsync(client, first, 0);
        var exited = new Envelope { Exited = new ExitedEvent { Session = 7, Exit = new ExitStatus { Code = 3 }, EndOffset = 0 } };
        await first.SendEventAsync(exited);
        Assert.Equal(3, (await ReadAsync(session)).Exit!.Code);
        first.Dispose();

        using var second = await _daemon.AcceptAsync();
        await second.AttachedAsync(0);
        await second.SendEventAsync(exited);
        await second.SendEventAsync(new Envelope { Closed = new ClosedEvent { Session = 7 } });
        Assert.Equal(SessionEventKind.Reconnected, (await ReadAsync(session)).Kind);
        Assert.Equal(SessionEventKind.Closed, (await ReadAsync(session)).Kind);
    }

    [Fact]
    public async Task What_is_no_frame_ends_the_client_with_a_code()
    {
        var (client, first) = await ConnectAsync();
        await using var _ = client;
        var listing = client.ListAsync(_daemon.Deadline);
        await first.SendRawAsync("HTTP/1.1 200 OK\r\n"u8.ToArray());
        var failure = await Assert.ThrowsAsync<HoldfastException>(() => listing);
        Assert.Equal(ErrorCode.ProtoMalformed, failure.Code);
    }

    [Fact]
    public async Task Output_of_many_frames_arrives_whole_whatever_its_cuts()
    {
        var (client, first) = await ConnectAsync();
        await using var _ = client;
        var (session, _) = await AttachAsync(client, first, 0);
        const int total = 8 * 1024 * 1024;
        var sending = SendPatternAsync(first, total);
        var received = 0UL;
        while (received < total)
        {
            var next = await ReadAsync(session);
            Assert.Equal((SessionEventKind.Output, received), (next.Kind, next.From));
            foreach (var value in next.Data.Span)
            {
                if (value != Pattern(received++))
                    Assert.Fail($"byte {received - 1} is wrong");
            }
        }

        await sending;
    }

    private static async Task SendPatternAsync(FakeConnection connection, int total)
    {
        var cuts = new Random(1);
        for (var offset = 0; offset < total;)
        {
            var data = new byte[Math.Min(cuts.Next(1, 64 * 1024), total - offset)];
            for (var i = 0; i < data.Length; i++)
                data[i] = Pattern((ulong)(offset + i));
            await connection.SendOutputAsync((ulong)offset, data);
            offset += data.Length;
        }
    }

    private static byte Pattern(ulong offset) => (byte)((offset * 31) ^ (offset >> 13));

    private HoldfastClientOptions Options() => new() { Dial = _daemon.DialAsync, ClientName = "test" };

    private async Task<(HoldfastClient Client, FakeConnection Connection)> ConnectAsync()
    {
        var connecting = HoldfastClient.ConnectAsync(Options(), _daemon.Deadline);
        var connection = await _daemon.AcceptAsync();
        return (await connecting, connection);
    }

    private async Task<(SessionAttachment Session, Envelope Request)> AttachAsync(HoldfastClient client, FakeConnection connection, ulong offset)
    {
        var attaching = client.AttachAsync(new AttachRequest { Session = "work", Start = true }, _daemon.Deadline);
        var request = await connection.AttachedAsync(offset);
        return (await attaching, request);
    }

    private ValueTask<SessionEvent> ReadAsync(SessionAttachment session) => session.ReadAsync(_daemon.Deadline);
}
