using Holdfast.Client;
using Holdfast.Client.Connection;
using Holdfast.Client.Sessions;

namespace Holdfast.Pure.Tests.Client;

/// <summary>A slow reader holds up its socket, and is never waited for once it has gone.</summary>
public sealed class EventQueueTests
{
    [Fact]
    public async Task A_queue_above_its_bound_makes_room_only_by_being_read()
    {
        var queue = new EventQueue(mostBytes: 10);
        var segment = ReceiveSegment.Rent(64);
        for (var i = 0; i < 2; i++)
            queue.AddOutput(new SessionEvent { Kind = SessionEventKind.Output, Data = segment.Buffer.AsMemory(i * 8, 8) }, segment);
        Assert.True(queue.IsFull);
        var room = queue.RoomAsync();
        Assert.False(room.IsCompleted);

        await queue.ReadAsync(TestContext.Current.CancellationToken);
        Assert.False(room.IsCompleted);
        await queue.ReadAsync(TestContext.Current.CancellationToken);
        await room;
        Assert.False(queue.IsFull);
    }

    [Fact]
    public async Task An_abandoned_queue_holds_nobody_up()
    {
        var queue = new EventQueue(mostBytes: 1);
        var segment = ReceiveSegment.Rent(64);
        queue.AddOutput(new SessionEvent { Kind = SessionEventKind.Output, Data = segment.Buffer.AsMemory(0, 8) }, segment);
        var room = queue.RoomAsync();
        queue.Abandon();
        await room;
        Assert.True(queue.RoomAsync().IsCompleted);
    }

    [Fact]
    public async Task A_segment_is_shared_until_the_reader_asks_for_the_next_event()
    {
        var queue = new EventQueue(mostBytes: 100);
        var segment = ReceiveSegment.Rent(64);
        queue.AddOutput(new SessionEvent { Kind = SessionEventKind.Output, Data = segment.Buffer.AsMemory(0, 8) }, segment);
        queue.Add(new SessionEvent { Kind = SessionEventKind.Closed });
        await queue.ReadAsync(TestContext.Current.CancellationToken);
        Assert.False(segment.IsUnshared);
        await queue.ReadAsync(TestContext.Current.CancellationToken);
        Assert.True(segment.IsUnshared);
    }
}
