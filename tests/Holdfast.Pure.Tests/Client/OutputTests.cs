using System.IO.Pipelines;
using Holdfast.Client;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;
using Holdfast.TestKit;

namespace Holdfast.Pure.Tests.Client;

/// <summary>Output as pieces, as a stream and as a pipe: the same bytes, to the same end, and a gap is never passed over.</summary>
public sealed class OutputTests : IDisposable
{
    private readonly FakeDaemon _daemon = new();

    public void Dispose() => _daemon.Dispose();

    [Fact]
    public async Task Pieces_come_in_order_until_nothing_can_follow()
    {
        var (client, connection, session) = await AttachAsync();
        await using var _ = client;
        await SendAllAsync(connection);
        var bytes = new List<byte>();
        await foreach (var piece in session.Output.WithCancellation(_daemon.Deadline))
            bytes.AddRange(piece.ToArray());
        Assert.Equal([1, 2, 3, 4], bytes);
    }

    [Fact]
    public async Task A_stream_and_a_pipe_give_the_same_bytes()
    {
        var (client, connection, session) = await AttachAsync();
        await using var _ = client;
        await SendAllAsync(connection);
        await using var stream = session.OpenOutputStream();
        var first = new byte[1];
        Assert.Equal(1, await stream.ReadAsync(first, _daemon.Deadline));
        var rest = new MemoryStream();
        await stream.CopyToAsync(rest, _daemon.Deadline);
        Assert.Equal([1, 2, 3, 4], [.. first, .. rest.ToArray()]);
        Assert.Equal(0, await stream.ReadAsync(first, _daemon.Deadline));
    }

    [Fact]
    public async Task A_pipe_ends_with_the_output()
    {
        var (client, connection, session) = await AttachAsync();
        await using var _ = client;
        await SendAllAsync(connection);
        var pipe = session.OpenOutputReader();
        ReadResult read;
        do
        {
            read = await pipe.ReadAsync(_daemon.Deadline);
            pipe.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
        while (!read.IsCompleted);
        read = await pipe.ReadAsync(_daemon.Deadline);
        Assert.Equal(4, read.Buffer.Length);
        await pipe.CompleteAsync();
    }

    [Fact]
    public async Task A_gap_is_a_failure_that_names_it_and_reading_may_go_on_behind_it()
    {
        var (client, connection, session) = await AttachAsync();
        await using var _ = client;
        await connection.SendOutputAsync(0, [1]);
        await connection.SendOutputAsync(5, [6]);
        await connection.SendEventAsync(new Envelope { Closed = new ClosedEvent { Session = 7, EndOffset = 6 } });
        await using var stream = session.OpenOutputStream();
        var buffer = new byte[8];
        Assert.Equal(1, await stream.ReadAsync(buffer, _daemon.Deadline));
        var gap = await Assert.ThrowsAsync<HoldfastException>(() => stream.CopyToAsync(Stream.Null, _daemon.Deadline));
        Assert.Equal(ErrorCode.OutputGap, gap.Code);
        Assert.Contains("from 1 to 5", gap.Message, StringComparison.Ordinal);
        Assert.Equal(1, await stream.ReadAsync(buffer, _daemon.Deadline));
        Assert.Equal(6, buffer[0]);
        Assert.Equal(0, await stream.ReadAsync(buffer, _daemon.Deadline));
    }

    private static async Task SendAllAsync(FakeConnection connection)
    {
        await connection.SendOutputAsync(0, [1, 2]);
        await connection.SendEventAsync(new Envelope { Exited = new ExitedEvent { Session = 7, Exit = new ExitStatus(), EndOffset = 2 } });
        await connection.SendOutputAsync(2, [3, 4]);
        await connection.SendEventAsync(new Envelope { Closed = new ClosedEvent { Session = 7, EndOffset = 4 } });
    }

    private async Task<(HoldfastClient Client, FakeConnection Connection, SessionAttachment Session)> AttachAsync()
    {
        var connecting = HoldfastClient.ConnectAsync(new HoldfastClientOptions { Dial = _daemon.DialAsync }, _daemon.Deadline);
        var connection = await _daemon.AcceptAsync();
        var client = await connecting;
        var attaching = client.AttachAsync(new AttachRequest { Session = "work", Start = true }, _daemon.Deadline);
        await connection.AttachedAsync(0);
        return (client, connection, await attaching);
    }
}
