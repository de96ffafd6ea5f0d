using Holdfast.Client;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;
using Holdfast.TestKit;

namespace Holdfast.Pure.Tests.Client;

/// <summary>With a connection of its own for output nothing that was asked waits behind it, and each connection is taken up by itself.</summary>
public sealed class StreamConnectionTests : IDisposable
{
    private const int Buffered = 64 * 1024;

    private readonly FakeDaemon _daemon = new();

    public void Dispose() => _daemon.Dispose();

    [Fact]
    public async Task One_client_has_a_control_and_a_stream_connection()
    {
        var (client, control, stream) = await ConnectAsync();
        await using var _ = client;
        Assert.Equal((Role.Control, Role.Stream), (control.Hello.Role, stream.Hello.Role));
        Assert.Equal((client.ClientId, client.ClientId), (control.Hello.ClientId, stream.Hello.ClientId));
    }

    [Fact]
    public async Task The_owner_and_the_size_are_asked_for_on_the_one_the_output_on_the_other()
    {
        var (client, control, stream) = await ConnectAsync();
        await using var _ = client;
        var request = new AttachRequest
        {
            Session = "work", Screen = new ScreenStart(), As = AttachAs.AsOwner, Terminal = true, Size = new TerminalSize { Cols = 9, Rows = 3 },
        };
        var attaching = client.AttachAsync(request, _daemon.Deadline);
        var owner = (await control.AttachedAsync(0)).Attach;
        var output = (await stream.AttachedAsync(5)).Attach;
        Assert.Equal(new AttachRequest { Session = "work", NoOutput = true, As = AttachAs.AsOwner, Size = request.Size }, owner);
        Assert.Equal(new AttachRequest { Session = FakeConnection.Work().Id, Screen = new ScreenStart(), Terminal = true }, output);
        Assert.Equal(5UL, (await attaching).Start);
    }

    [Fact]
    public async Task Answers_and_acknowledgements_of_input_come_while_output_waits_for_its_reader()
    {
        var (client, control, stream) = await ConnectAsync();
        await using var _ = client;
        var session = await AttachAsync(client, control, stream, 0);
        var flood = FloodAsync(stream, 8 * 1024 * 1024);

        var listing = client.ListAsync(_daemon.Deadline);
        var asked = await control.ExpectAsync(Envelope.BodyOneofCase.List);
        await control.SendAsync(new Envelope { RequestId = asked.RequestId, ListAnswer = new ListAnswer() });
        Assert.Empty(await listing);
        await session.WriteAsync("x"u8.ToArray(), _daemon.Deadline);
        await control.ExpectInputAsync();
        await control.SendEventAsync(new Envelope { InputAck = new InputAckEvent { Session = 7, Accepted = 1 } });
        await session.FlushAsync(_daemon.Deadline);

        Assert.False(flood.IsCompleted);
        var next = await ReadAsync(session);
        Assert.Equal((SessionEventKind.Output, 0UL), (next.Kind, next.From));
        // Not even detaching waits for the stream.
        var detaching = session.DisposeAsync();
        asked = await control.ExpectAsync(Envelope.BodyOneofCase.Detach);
        await control.SendAsync(new Envelope { RequestId = asked.RequestId, DetachAnswer = new DetachAnswer() });
        await detaching;
        await flood;
    }

    [Fact]
    public async Task A_lost_stream_goes_on_at_the_exact_byte_while_requests_are_answered()
    {
        var (client, control, stream) = await ConnectAsync();
        await using var _ = client;
        var session = await AttachAsync(client, control, stream, 100);
        await stream.SendOutputAsync(100, [1, 2, 3]);
        await ReadAsync(session);
        stream.Dispose();

        using var second = await _daemon.AcceptAsync();
        Assert.Equal(Role.Stream, second.Hello.Role);
        var resumed = (await second.AttachedAsync(103)).Attach;
        Assert.Equal((103UL, AttachAs.AsUnspecified), (resumed.Offset, resumed.As));
        Assert.Equal(SessionEventKind.Reconnected, (await ReadAsync(session)).Kind);
        await second.SendOutputAsync(102, [3, 4]);
        Assert.Equal([4], (await ReadAsync(session)).Data.ToArray());
    }

    [Fact]
    public async Task A_lost_control_connection_takes_the_claim_up_again_and_output_goes_on_meanwhile()
    {
        var (client, control, stream) = await ConnectAsync();
        await using var _ = client;
        var session = await AttachAsync(client, control, stream, 0, AttachAs.AsOwner, epoch: 4);
        Assert.True(session.IsOwner);
        control.Dispose();
        await stream.SendOutputAsync(0, [1]);
        Assert.Equal([1], (await ReadAsync(session)).Data.ToArray());

        using var second = await _daemon.AcceptAsync();
        Assert.Equal(Role.Control, second.Hello.Role);
        var claimed = (await second.AttachedAsync(0)).Attach;
        Assert.Equal((AttachAs.AsOwner, 4UL, true), (claimed.As, claimed.OwnerEpoch, claimed.NoOutput));
        await stream.SendOutputAsync(1, [2]);
        var next = await ReadAsync(session);
        Assert.Equal((SessionEventKind.Output, 1UL), (next.Kind, next.From));
    }

    [Fact]
    public async Task What_both_connections_tell_is_told_once_and_an_owner_is_known_before_its_event_is_read()
    {
        var (client, control, stream) = await ConnectAsync();
        await using var _ = client;
        var session = await AttachAsync(client, control, stream, 0, AttachAs.AsOwner, epoch: 1);
        Envelope[] events =
        [
            new() { OwnerChanged = new OwnerChangedEvent { Session = 7, Owner = "other", OwnerEpoch = 2 } },
            new() { Renamed = new RenamedEvent { Session = 7, Name = "new" } },
            new() { Exited = new ExitedEvent { Session = 7, Exit = new ExitStatus { Code = 3 } } },
            new() { Finalized = new FinalizedEvent { Session = 7 } },
        ];
        foreach (var told in events)
            await control.SendEventAsync(told);
        // Answered behind them.
        var listing = client.ListAsync(_daemon.Deadline);
        var asked = await control.ExpectAsync(Envelope.BodyOneofCase.List);
        await control.SendAsync(new Envelope { RequestId = asked.RequestId, ListAnswer = new ListAnswer() });
        await listing;
        Assert.False(session.IsOwner);
        foreach (var told in events)
            await stream.SendEventAsync(told);

        var kinds = new List<SessionEventKind>();
        await foreach (var next in session.ReadAllAsync(_daemon.Deadline))
            kinds.Add(next.Kind);
        Assert.Equal([SessionEventKind.OwnerChanged, SessionEventKind.Renamed, SessionEventKind.Exited, SessionEventKind.Finalized], kinds);
    }

    [Fact]
    public async Task The_client_has_a_daemon_while_both_connections_have_and_ends_with_either()
    {
        var states = new List<ConnectionState>();
        var (client, control, stream) = await ConnectAsync();
        await using var _ = client;
        var again = new TaskCompletionSource();
        client.StateChanged += state =>
        {
            states.Add(state);
            if (state == ConnectionState.Connected)
                again.TrySetResult();
        };
        control.Dispose();
        stream.Dispose();
        using var first = await _daemon.AcceptAsync();
        using var second = await _daemon.AcceptAsync();
        await again.Task.WaitAsync(_daemon.Deadline);
        await (first.Hello.Role == Role.Stream ? first : second).SendRawAsync("HTTP/1.1 200 OK\r\n"u8.ToArray());
        await client.Ended.WaitAsync(_daemon.Deadline);
        var failure = await Assert.ThrowsAsync<HoldfastException>(() => client.ListAsync(_daemon.Deadline));
        Assert.Equal(ErrorCode.ProtoMalformed, failure.Code);
        Assert.Equal((ConnectionState.Reconnecting, ConnectionState.Ended), (states[0], states[^1]));
        Assert.Single(states, ConnectionState.Ended);
    }

    [Fact]
    public async Task A_daemon_that_stops_for_good_is_heard_after_what_it_had_sent_before()
    {
        var (client, control, stream) = await ConnectAsync();
        await using var _ = client;
        var session = await AttachAsync(client, control, stream, 0);
        await control.SendEventAsync(new Envelope { Stopping = new StoppingEvent() });
        await client.Ended.WaitAsync(_daemon.Deadline);
        await stream.SendOutputAsync(0, [1]);
        await stream.SendEventAsync(new Envelope { Stopping = new StoppingEvent() });
        Assert.Equal([1], (await ReadAsync(session)).Data.ToArray());
        var failure = await Assert.ThrowsAsync<HoldfastException>(async () => await ReadAsync(session));
        Assert.Equal(ErrorCode.DaemonUnavailable, failure.Code);
    }

    private static async Task FloodAsync(FakeConnection connection, int total)
    {
        var data = new byte[16 * 1024];
        for (var offset = 0; offset < total; offset += data.Length)
            await connection.SendOutputAsync((ulong)offset, data);
    }

    private async Task<(HoldfastClient Client, FakeConnection Control, FakeConnection Stream)> ConnectAsync()
    {
        var options = new HoldfastClientOptions { Dial = _daemon.DialAsync, StreamConnection = true, BufferedOutputBytes = Buffered };
        var connecting = HoldfastClient.ConnectAsync(options, _daemon.Deadline);
        var control = await _daemon.AcceptAsync();
        var stream = await _daemon.AcceptAsync();
        return (await connecting, control, stream);
    }

    private async Task<SessionAttachment> AttachAsync(
        HoldfastClient client, FakeConnection control, FakeConnection stream, ulong offset, AttachAs part = AttachAs.AsUnspecified, ulong epoch = 0)
    {
        var attaching = client.AttachAsync(new AttachRequest { Session = "work", Start = true, As = part }, _daemon.Deadline);
        var request = await control.ExpectAsync(Envelope.BodyOneofCase.Attach);
        var answer = new AttachAnswer
        {
            Session = FakeConnection.Work(), Owner = part == AttachAs.AsOwner, OwnerEpoch = epoch, Input = new InputPosition(),
        };
        await control.SendAsync(new Envelope { RequestId = request.RequestId, AttachAnswer = answer });
        await stream.AttachedAsync(offset);
        return await attaching;
    }

    private ValueTask<SessionEvent> ReadAsync(SessionAttachment session) => session.ReadAsync(_daemon.Deadline);
}
