using Holdfast.Client;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;
using Holdfast.TestKit;

namespace Holdfast.Pure.Tests.Client;

/// <summary>Input is numbered, kept within the window, sent again exactly as far as it did not arrive, and never guessed about.</summary>
public sealed class InputTests : IDisposable
{
    private const ulong Window = 1000;

    private readonly FakeDaemon _daemon = new();

    public void Dispose() => _daemon.Dispose();

    [Fact]
    public async Task Input_begins_where_the_daemon_says_this_client_stands()
    {
        await using var pair = await AttachAsync(new InputPosition { Accepted = 40, Window = Window });
        await pair.Session.WriteAsync("ab"u8.ToArray(), _daemon.Deadline);
        var frame = await pair.Daemon.ExpectInputAsync();
        Assert.Equal((7U, 40UL), (frame.Session, frame.Offset));
        Assert.Equal("ab"u8.ToArray(), frame.Data);
    }

    [Fact]
    public async Task A_full_window_holds_writing_until_an_acknowledgement_makes_room()
    {
        await using var pair = await AttachAsync(new InputPosition { Window = Window });
        await pair.Session.WriteAsync(new byte[Window], _daemon.Deadline);
        var held = pair.Session.WriteAsync("x"u8.ToArray(), _daemon.Deadline);
        Assert.Equal((int)Window, (await pair.Daemon.ExpectInputAsync()).Data.Length);
        Assert.False(held.IsCompleted);
        await AcknowledgeAsync(pair.Daemon, 1);
        await held;
        Assert.Equal(Window, (await pair.Daemon.ExpectInputAsync()).Offset);
    }

    [Fact]
    public async Task Large_input_is_cut_into_frames_of_at_most_64_KiB()
    {
        await using var pair = await AttachAsync(new InputPosition());
        await pair.Session.WriteAsync(new byte[ProtocolLimits.MaxInputDataBytes + 1], _daemon.Deadline);
        Assert.Equal(ProtocolLimits.MaxInputDataBytes, (await pair.Daemon.ExpectInputAsync()).Data.Length);
        Assert.Single((await pair.Daemon.ExpectInputAsync()).Data);
    }

    [Fact]
    public async Task A_flush_waits_for_the_last_byte()
    {
        await using var pair = await AttachAsync(new InputPosition { Window = Window });
        await pair.Session.WriteAsync(new byte[10], _daemon.Deadline);
        var flushing = pair.Session.FlushAsync(_daemon.Deadline);
        await pair.Daemon.ExpectInputAsync();
        await AcknowledgeAsync(pair.Daemon, 9);
        await RoundTripAsync(pair);
        Assert.False(flushing.IsCompleted);
        await AcknowledgeAsync(pair.Daemon, 10);
        await flushing;
    }

    [Fact]
    public async Task After_a_loss_input_is_sent_again_from_what_was_accepted()
    {
        await using var pair = await AttachAsync(new InputPosition { Window = Window });
        await pair.Session.WriteAsync("abcdef"u8.ToArray(), _daemon.Deadline);
        await pair.Daemon.ExpectInputAsync();
        pair.Daemon.Dispose();

        using var second = await _daemon.AcceptAsync();
        await second.AttachedAsync(0, new InputPosition { Accepted = 2, Window = Window });
        var again = await second.ExpectInputAsync();
        Assert.Equal(2UL, again.Offset);
        Assert.Equal("cdef"u8.ToArray(), again.Data);
    }

    [Fact]
    public async Task Input_that_may_have_arrived_is_told_and_not_sent_again()
    {
        await using var pair = await AttachAsync(new InputPosition { Window = Window });
        await pair.Session.WriteAsync("abcdef"u8.ToArray(), _daemon.Deadline);
        var flushing = pair.Session.FlushAsync(_daemon.Deadline);
        await pair.Daemon.ExpectInputAsync();
        pair.Daemon.Dispose();

        using var second = await _daemon.AcceptAsync();
        await second.AttachedAsync(0, new InputPosition { Accepted = 4, Uncertain = 3, Window = Window });
        var again = await second.ExpectInputAsync();
        Assert.Equal("ef"u8.ToArray(), again.Data);
        var failure = await Assert.ThrowsAsync<HoldfastException>(() => flushing);
        Assert.Equal(ErrorCode.InputUncertain, failure.Code);
        Assert.Contains("1 to 4", failure.Message, StringComparison.Ordinal);
        Assert.Equal(SessionEventKind.Reconnected, (await pair.Session.ReadAsync(_daemon.Deadline)).Kind);
        var told = await pair.Session.ReadAsync(_daemon.Deadline);
        Assert.Equal((SessionEventKind.InputUncertain, 1UL, 4UL), (told.Kind, told.From, told.To));
    }

    [Fact]
    public async Task Uncertain_input_that_was_acknowledged_before_is_no_news()
    {
        await using var pair = await AttachAsync(new InputPosition { Window = Window });
        await pair.Session.WriteAsync("abcd"u8.ToArray(), _daemon.Deadline);
        await pair.Daemon.ExpectInputAsync();
        await AcknowledgeAsync(pair.Daemon, 4);
        await pair.Session.FlushAsync(_daemon.Deadline);
        pair.Daemon.Dispose();

        using var second = await _daemon.AcceptAsync();
        await second.AttachedAsync(0, new InputPosition { Accepted = 4, Uncertain = 4, Window = Window });
        Assert.Equal(SessionEventKind.Reconnected, (await pair.Session.ReadAsync(_daemon.Deadline)).Kind);
        await pair.Session.WriteAsync("e"u8.ToArray(), _daemon.Deadline);
        Assert.Equal(4UL, (await second.ExpectInputAsync()).Offset);
    }

    [Fact]
    public async Task Refused_input_fails_the_writer_with_the_daemons_code()
    {
        await using var pair = await AttachAsync(new InputPosition { Window = Window });
        await pair.Session.WriteAsync("a"u8.ToArray(), _daemon.Deadline);
        await pair.Daemon.ExpectInputAsync();
        var refused = new InputRefusedEvent { Session = 7, Offset = 0, Accepted = 0, Code = (int)ErrorCode.SessionExited };
        await pair.Daemon.SendEventAsync(new Envelope { InputRefused = refused });
        var failure = await Assert.ThrowsAsync<HoldfastException>(() => pair.Session.FlushAsync(_daemon.Deadline));
        Assert.Equal(ErrorCode.SessionExited, failure.Code);
    }

    private static Task AcknowledgeAsync(FakeConnection daemon, ulong accepted) =>
        daemon.SendEventAsync(new Envelope { InputAck = new InputAckEvent { Session = 7, Accepted = accepted } });

    // What was sent to the client before has been handled when this answer has.
    private async Task RoundTripAsync(Pair pair)
    {
        var listing = pair.Client.ListAsync(_daemon.Deadline);
        var request = await pair.Daemon.ExpectAsync(Envelope.BodyOneofCase.List);
        await pair.Daemon.SendAsync(new Envelope { RequestId = request.RequestId, ListAnswer = new ListAnswer() });
        await listing;
    }

    private async Task<Pair> AttachAsync(InputPosition position)
    {
        var connecting = HoldfastClient.ConnectAsync(new HoldfastClientOptions { Dial = _daemon.DialAsync }, _daemon.Deadline);
        var connection = await _daemon.AcceptAsync();
        var client = await connecting;
        var attaching = client.AttachAsync(new AttachRequest { Session = "work", NoOutput = true }, _daemon.Deadline);
        await connection.AttachedAsync(0, position);
        return new Pair(client, connection, await attaching);
    }

    private sealed record Pair(HoldfastClient Client, FakeConnection Daemon, SessionAttachment Session) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Client.DisposeAsync();
            Daemon.Dispose();
        }
    }
}
