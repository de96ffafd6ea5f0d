using System.Text;
using Holdfast.Linux;
using Holdfast.Linux.Events;
using Holdfast.Linux.Sockets;
using Xunit;

namespace Holdfast.Kernel.Tests;

/// <summary>Messages that carry descriptors.</summary>
public sealed class FdChannelTests
{
    [Fact]
    public void Each_message_arrives_whole_with_its_own_descriptors()
    {
        var (one, other) = FdChannel.CreatePair();
        using var a = new EventFd();
        using var b = new EventFd();
        one.Send("first"u8, [a.Fd]);
        one.Send("second, without"u8, []);
        one.Send("third"u8, [b.Fd, a.Fd]);
        a.Ring();

        Assert.Equal(("first", 1), Receive(other, out var first));
        Assert.Equal(("second, without", 0), Receive(other, out _));
        Assert.Equal(("third", 2), Receive(other, out var third));
        Assert.Equal(Readiness.Readable, Await.Now(first[0]));
        Assert.Equal(Readiness.None, Await.Now(third[0]));
        Assert.Equal(Readiness.Readable, Await.Now(third[1]));
        Close(one, other, [.. first, .. third]);
    }

    [Fact]
    public void Received_descriptors_are_closed_on_exec_and_the_senders_stay_open()
    {
        var (one, other) = FdChannel.CreatePair();
        using var bell = new EventFd();
        bell.Fd.SetCloseOnExec(false);
        one.Send("x"u8, [bell.Fd]);
        Receive(other, out var got);

        Assert.True(ProcFd.ClosesOnExec(got[0]));
        Assert.NotEqual(bell.Fd.Number, got[0].Number);
        Assert.True(ProcFd.IsOpen(bell.Fd.Number));
        Close(one, other, got);
    }

    [Fact]
    public void As_many_as_253_descriptors_fit_in_a_message_and_one_more_is_refused_unsent()
    {
        var (one, other) = FdChannel.CreatePair();
        using var bell = new EventFd();
        var most = Enumerable.Repeat(bell.Fd, FdChannel.MaxDescriptors).ToArray();

        Assert.Equal(Errno.EINVAL, one.Send("too many"u8, [.. most, bell.Fd]).Error);
        Assert.True(one.Send("most"u8, most).Ok);

        Assert.Equal(("most", FdChannel.MaxDescriptors), Receive(other, out var got));
        Assert.Equal(FdChannel.MaxDescriptors, got.Select(fd => fd.Number).Distinct().Count());
        Close(one, other, got);
    }

    [Fact]
    public void Descriptors_lost_to_the_limit_are_told()
    {
        using var child = Child.Probe("truncate");

        Assert.Equal("bytes=7\ntruncated=True\nfewer=True\n", child.ReadToEnd());
    }

    [Fact]
    public void A_message_larger_than_the_buffer_is_told_as_truncated()
    {
        var (one, other) = FdChannel.CreatePair();
        one.Send(new byte[100], []);
        var got = other.Receive(new byte[10], []);

        Assert.True(got.Truncated);
        Close(one, other, []);
    }

    [Fact]
    public void A_full_channel_sends_nothing_until_the_other_side_reads()
    {
        var (one, other) = FdChannel.CreatePair();
        var sent = 0;
        while (one.Send(new byte[1000], []).Ok)
            sent++;
        Assert.True(one.Send(new byte[1000], []).WouldBlock);
        var received = 0;
        while (other.Receive(new byte[2000], []).Result.Ok)
            received++;

        Assert.Equal(sent, received);
        Assert.True(one.Send(new byte[1000], []).Ok);
        Close(one, other, []);
    }

    [Fact]
    public void A_dead_receiver_disconnects_the_sender_and_descriptors_in_flight_are_closed()
    {
        var (one, other) = FdChannel.CreatePair();
        using var pipe = Linux.Files.TransferPipe.Create();
        one.Send("x"u8, [pipe.WriteEnd]);
        pipe.WriteEnd.Dispose();
        Assert.Equal(Readiness.None, Await.Now(pipe.ReadEnd));

        other.Dispose();

        Assert.Equal(Readiness.HangUp, Await.Ready(pipe.ReadEnd));
        Assert.True(one.Send("y"u8, []).Disconnected);
        one.Dispose();
    }

    private static (string Text, int Descriptors) Receive(FdChannel channel, out List<Fd> descriptors)
    {
        descriptors = [];
        Await.Ready(channel.Fd);
        var into = new byte[256];
        var got = channel.Receive(into, descriptors);
        Assert.True(got.Result.Ok && !got.Truncated);
        return (Encoding.UTF8.GetString(into, 0, got.Result.Count), descriptors.Count);
    }

    private static void Close(FdChannel one, FdChannel other, IEnumerable<Fd> descriptors)
    {
        one.Dispose();
        other.Dispose();
        foreach (var fd in descriptors)
            fd.Dispose();
    }
}
