using Holdfast.Client;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;
using Holdfast.TestKit;

namespace Holdfast.Pure.Tests.Client;

/// <summary>Output is acknowledged as it is taken, or when the caller says so; on a new connection the count begins anew.</summary>
public sealed class AckTests : IDisposable
{
    private readonly FakeDaemon _daemon = new();

    public void Dispose() => _daemon.Dispose();

    [Fact]
    public async Task A_threshold_of_0_leaves_it_to_the_caller_until_another_one_is_set()
    {
        var (client, connection, session) = await AttachAsync(new HoldfastClientOptions { AckThreshold = 0 });
        await using var _ = client;
        await ReadAsync(session, connection, 0, frames: 5);
        session.Ack(3);
        // What follows the five frames first is what the caller said.
        Assert.Equal(3, (await connection.ExpectAsync(Envelope.BodyOneofCase.Ack)).Ack.Count);
        session.SetAckThreshold(4);
        await ReadAsync(session, connection, 5, frames: 2);
        var rest = (await connection.ExpectAsync(Envelope.BodyOneofCase.Ack)).Ack;
        Assert.Equal((7u, 4L), (rest.Session, rest.Count));
        session.SetAckThreshold(0);
        await ReadAsync(session, connection, 7, frames: 9);
        session.Ack(1);
        Assert.Equal(1, (await connection.ExpectAsync(Envelope.BodyOneofCase.Ack)).Ack.Count);
    }

    [Fact]
    public async Task Frames_are_acknowledged_at_the_threshold_and_counted_anew_on_the_next_connection()
    {
        var (client, first, session) = await AttachAsync(new HoldfastClientOptions { AckThreshold = 3 });
        await using var _ = client;
        await ReadAsync(session, first, 0, frames: 5);
        Assert.Equal(3, (await first.ExpectAsync(Envelope.BodyOneofCase.Ack)).Ack.Count);
        first.Dispose();
        using var second = await _daemon.AcceptAsync(ProtocolFeatures.Acks);
        Assert.True((await second.AttachedAsync(5)).Attach.Acks);
        Assert.Equal(SessionEventKind.Reconnected, (await session.ReadAsync(_daemon.Deadline)).Kind);
        await ReadAsync(session, second, 5, frames: 3);
        Assert.Equal(3, (await second.ExpectAsync(Envelope.BodyOneofCase.Ack)).Ack.Count);
    }

    [Theory]
    [InlineData(true, "")]
    [InlineData(false, ProtocolFeatures.Acks)]
    public async Task Nothing_is_acknowledged_to_a_daemon_that_does_not_know_it_or_where_it_is_not_wanted(bool wanted, string feature)
    {
        var (client, connection, session) = await AttachAsync(new HoldfastClientOptions { AckThreshold = 1, Acknowledges = wanted }, feature);
        await using var _ = client;
        await ReadAsync(session, connection, 0, frames: 3);
        session.Ack(1);
        var listing = client.ListAsync(_daemon.Deadline);
        var next = await connection.ExpectAsync(Envelope.BodyOneofCase.List);
        await connection.SendAsync(new Envelope { RequestId = next.RequestId, ListAnswer = new ListAnswer() });
        await listing;
    }

    [Fact]
    public async Task A_negative_number_of_frames_is_the_callers_mistake()
    {
        var (client, _, session) = await AttachAsync(new HoldfastClientOptions());
        await using var __ = client;
        Assert.Throws<ArgumentOutOfRangeException>(() => session.Ack(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => session.SetAckThreshold(-1));
    }

    private async Task ReadAsync(SessionAttachment session, FakeConnection connection, ulong offset, int frames)
    {
        for (var i = 0; i < frames; i++)
        {
            await connection.SendOutputAsync(offset + (ulong)i, [1]);
            Assert.Equal(offset + (ulong)i, (await session.ReadAsync(_daemon.Deadline)).From);
        }
    }

    private async Task<(HoldfastClient Client, FakeConnection Connection, SessionAttachment Session)> AttachAsync(
        HoldfastClientOptions options, string feature = ProtocolFeatures.Acks)
    {
        var connecting = HoldfastClient.ConnectAsync(options with { Dial = _daemon.DialAsync }, _daemon.Deadline);
        var connection = await _daemon.AcceptAsync(feature);
        var client = await connecting;
        var attaching = client.AttachAsync(new AttachRequest { Session = "work", Start = true }, _daemon.Deadline);
        await connection.AttachedAsync(0);
        return (client, connection, await attaching);
    }
}
