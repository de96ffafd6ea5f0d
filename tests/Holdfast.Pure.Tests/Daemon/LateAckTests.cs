using Holdfast.Daemon.Clients;
using Holdfast.Protocol.Frames;
using Holdfast.Protocol.V1;

namespace Holdfast.Pure.Tests.Daemon;

public sealed class LateAckTests
{
    [Fact]
    public void A_later_acknowledgement_of_the_session_replaces_the_one_that_waits_and_its_frame_says_the_newest()
    {
        var late = new LateAck();
        Assert.True(late.TrySet(3, 10));
        Assert.True(late.TrySet(3, 12));
        var frame = new byte[LateAck.MostFrameBytes];
        var length = late.Take(frame);
        Assert.Equal(FrameReadStatus.Frame, FrameCodec.TryRead(frame.AsSpan(0, length), 1024, out var read, out _));
        var ack = Envelope.Parser.ParseFrom(read.Payload).InputAck;
        Assert.Equal((3u, 12ul), (ack.Session, ack.Accepted));
        Assert.False(late.IsSet);
        Assert.Equal(0, late.Take(frame));
    }

    [Fact]
    public void An_acknowledgement_of_another_session_does_not_take_the_place_of_the_one_that_waits()
    {
        var late = new LateAck();
        Assert.True(late.TrySet(3, 10));
        Assert.False(late.TrySet(4, 1));
        Assert.Equal(3u, late.Take()!.InputAck.Session);
    }
}
