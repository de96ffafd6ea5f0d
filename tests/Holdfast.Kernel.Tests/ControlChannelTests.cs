using Holdfast.Linux;
using Holdfast.Linux.Events;
using Holdfast.Linux.Keeping;
using Holdfast.Linux.Processes;
using Holdfast.Linux.Sockets;
using Xunit;

namespace Holdfast.Kernel.Tests;

/// <summary>The control channel between daemon and keeper: order, back-pressure and the end of a peer.</summary>
public sealed class ControlChannelTests
{
    [Fact]
    public void Two_thousand_messages_to_a_slow_reader_all_arrive_in_order_with_their_descriptors()
    {
        const int count = 2000;
        using var reactor = new Reactor();
        using var readers = new Reactor();
        var (one, other) = FdChannel.CreatePair();
        var inbox = new Inbox();
        using var sender = new ControlChannel(reactor, one, new Inbox());
        using var bell = new EventFd();
        for (var i = 0; i < count; i++)
        {
            var message = new ControlMessage(ControlKind.Note) { Request = (uint)i, Name = $"s{i}", Note = new byte[i % 700] };
            if (i % 10 == 0)
                sender.Send(message, bell.Fd);
            else
                sender.Send(message);
        }
        using var receiver = new ControlChannel(readers, other, inbox);

        while (inbox.Messages.Count < count && inbox.Closed is null)
        {
            readers.RunOnce();
            reactor.RunOnce(poll: true);
        }

        Assert.Null(inbox.Closed);
        Assert.Equal(Enumerable.Range(0, count), inbox.Messages.Select(m => (int)m.Request));
        Assert.All(inbox.Messages, m => Assert.Equal((m.Request % 10 == 0 ? 1 : 0, (int)m.Request % 700), (m.Descriptors, m.Note.Length)));
    }

    [Fact]
    public void What_a_peer_sent_before_it_died_is_heard_though_it_left_our_messages_unread()
    {
        using var reactor = new Reactor();
        var (one, other) = FdChannel.CreatePair();
        var inbox = new Inbox();
        using var channel = new ControlChannel(reactor, one, inbox);
        channel.Send(new ControlMessage(ControlKind.Entry) { Name = "never read" });
        for (var i = 0; i < 3; i++)
            other.Send(new ControlMessage(ControlKind.Remove) { Request = (uint)i }.Encode(), []);
        other.Dispose();

        RunUntilClosed(reactor, inbox);

        Assert.Equal([0U, 1U, 2U], inbox.Messages.Select(m => m.Request));
    }

    [Fact]
    public void A_send_to_a_dead_peer_loses_nothing_that_it_had_sent()
    {
        using var reactor = new Reactor();
        var (one, other) = FdChannel.CreatePair();
        var inbox = new Inbox();
        using var channel = new ControlChannel(reactor, one, inbox);
        other.Send(new ControlMessage(ControlKind.Stop) { Value = 1 }.Encode(), []);
        other.Dispose();
        channel.Send(new ControlMessage(ControlKind.Exited) { Name = "too late" });

        RunUntilClosed(reactor, inbox);

        Assert.Equal([ControlKind.Stop], inbox.Messages.Select(m => m.Kind));
    }

    [Fact]
    public void The_end_of_a_peer_closes_the_channel_once()
    {
        using var reactor = new Reactor();
        var (one, other) = FdChannel.CreatePair();
        var inbox = new Inbox();
        using var channel = new ControlChannel(reactor, one, inbox);
        other.Dispose();

        RunUntilClosed(reactor, inbox);
        reactor.RunOnce(poll: true);
        channel.Send(new ControlMessage(ControlKind.Ready));

        Assert.True(channel.Closed);
        Assert.Equal(1, inbox.Closings);
    }

    [Fact]
    public void A_message_with_fewer_descriptors_than_it_says_closes_the_channel_and_none_leaks()
    {
        using var reactor = new Reactor();
        var (one, other) = FdChannel.CreatePair();
        var inbox = new Inbox();
        using var channel = new ControlChannel(reactor, one, inbox);
        using var bell = new EventFd();
        var before = CurrentProcess.OpenDescriptors;
        other.Send(new ControlMessage(ControlKind.Entry) { Name = "two", Descriptors = 2 }.Encode(), [bell.Fd]);

        RunUntilClosed(reactor, inbox);

        Assert.Empty(inbox.Messages);
        Assert.Contains("two came with 1 of 2", inbox.Closed, StringComparison.Ordinal);
        Assert.Equal(before, CurrentProcess.OpenDescriptors);
        other.Dispose();
    }

    [Fact]
    public void Garbage_closes_the_channel_and_leaks_no_descriptor()
    {
        using var reactor = new Reactor();
        var (one, other) = FdChannel.CreatePair();
        var inbox = new Inbox();
        using var channel = new ControlChannel(reactor, one, inbox);
        var before = CurrentProcess.OpenDescriptors;
        other.Send("garbage"u8, [other.Fd]);

        RunUntilClosed(reactor, inbox);

        Assert.Equal(before, CurrentProcess.OpenDescriptors);
        other.Dispose();
    }

    [Fact]
    public void A_message_too_large_is_refused_where_it_is_sent_and_the_largest_arrives()
    {
        using var reactor = new Reactor();
        var (one, other) = FdChannel.CreatePair();
        var inbox = new Inbox();
        using var sender = new ControlChannel(reactor, one, new Inbox());
        using var receiver = new ControlChannel(reactor, other, inbox);
        var largest = new ControlMessage(ControlKind.Note) { Note = new byte[ControlMessage.MaxBytes - 32] };

        Assert.Throws<ArgumentException>(() => sender.Send(largest with { Name = "x" }));
        sender.Send(largest);
        while (inbox.Messages.Count == 0)
            reactor.RunOnce();

        Assert.Equal(largest.Note.Length, inbox.Messages[0].Note.Length);
    }

    private static void RunUntilClosed(Reactor reactor, Inbox inbox)
    {
        while (inbox.Closed is null)
            reactor.RunOnce();
    }

    /// <summary>Keeps what it hears and closes the descriptors that came along.</summary>
    private sealed class Inbox : IControlListener
    {
        public List<ControlMessage> Messages { get; } = [];

        public string? Closed { get; private set; }

        public int Closings { get; private set; }

        public void OnMessage(ControlMessage message, List<Fd> descriptors)
        {
            Messages.Add(message);
            descriptors.ForEach(fd => fd.Dispose());
        }

        public void OnChannelClosed(string reason)
        {
            Closed = reason;
            Closings++;
        }
    }
}
