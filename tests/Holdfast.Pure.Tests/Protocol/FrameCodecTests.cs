using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using Holdfast.Protocol;
using Holdfast.Protocol.Frames;
using Holdfast.Protocol.V1;

namespace Holdfast.Pure.Tests.Protocol;

/// <summary>Frames survive any cutting of the stream, and what is not a frame is refused at its first wrong byte.</summary>
public sealed class FrameCodecTests
{
    private const int Limit = ProtocolLimits.MaxFrameBytes;

    [Fact]
    public void Frames_come_out_as_they_went_in_however_the_stream_is_cut() => Prop.ForAll(
        ArbMap.Default.ArbFor<NonEmptyArray<byte[]>>(),
        ArbMap.Default.ArbFor<PositiveInt[]>(),
        (contents, cuts) =>
        {
            var sent = contents.Get.Select((content, index) => FrameOf(content ?? [], index)).ToList();
            var stream = sent.SelectMany(frame => frame).ToArray();
            var received = ReadCut(stream, [.. cuts.Select(cut => cut.Get)]);

            Assert.Equal(sent.Select(Convert.ToHexString), received.Select(Convert.ToHexString));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_data_header_is_read_as_it_was_written() => Prop.ForAll<uint, ulong, byte[]>((session, offset, bytes) =>
    {
        foreach (var kind in new[] { FrameKind.Output, FrameKind.Input })
        {
            var buffer = Data(kind, session, offset, bytes ?? []);
            Assert.Equal(FrameReadStatus.Frame, FrameCodec.TryRead(buffer, Limit, out var frame, out var consumed));
            FrameCodec.ReadDataHeader(frame.Payload, out var readSession, out var readOffset, out var data);

            Assert.Equal(buffer.Length, consumed);
            Assert.Equal((kind, session, offset), (frame.Kind, readSession, readOffset));
            Assert.Equal(bytes ?? [], data.ToArray());
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_bytes_are_judged_without_a_fault() => Prop.ForAll<byte[]>(bytes =>
    {
        var status = FrameCodec.TryRead(bytes ?? [], Limit, out var frame, out var consumed);
        Assert.True(status == FrameReadStatus.Frame ? consumed == 5 + frame.Payload.Length : consumed == 0);
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(100, 100, FrameReadStatus.NeedMore)]
    [InlineData(101, 100, FrameReadStatus.TooLarge)]
    [InlineData(0x8000_0000, 100, FrameReadStatus.TooLarge)]
    [InlineData(0xffff_ffff, int.MaxValue, FrameReadStatus.TooLarge)]
    [InlineData(1, -1, FrameReadStatus.TooLarge)]
    [InlineData(0, 100, FrameReadStatus.Malformed)]
    public void The_prefix_alone_decides(uint length, int limit, FrameReadStatus expected)
    {
        Span<byte> prefix = stackalloc byte[FrameCodec.LengthPrefixBytes];
        BinaryPrimitives.WriteUInt32BigEndian(prefix, length);
        Assert.Equal(expected, FrameCodec.TryRead(prefix, limit, out _, out _));
    }

    [Theory]
    [InlineData(12, FrameReadStatus.Malformed)]
    [InlineData(13, FrameReadStatus.NeedMore)]
    public void A_data_frame_shorter_than_its_header_is_told_before_it_is_complete(byte length, FrameReadStatus expected)
    {
        foreach (var kind in new byte[] { 2, 3 })
            Assert.Equal(expected, FrameCodec.TryRead([0, 0, 0, length, kind], Limit, out _, out _));
    }

    [Fact]
    public void A_frame_that_fits_the_limit_exactly_is_read()
    {
        var buffer = Data(FrameKind.Output, 1, 0, new byte[Limit - 13]);
        Assert.Equal(FrameReadStatus.Frame, FrameCodec.TryRead(buffer, Limit, out _, out var consumed));
        Assert.Equal(FrameCodec.LengthPrefixBytes + Limit, consumed);
    }

    [Fact]
    public void A_destination_that_is_too_short_is_left_alone()
    {
        var destination = new byte[FrameCodec.DataHeaderBytes - 1];
        Assert.ThrowsAny<ArgumentException>(() => FrameCodec.WriteDataHeader(destination, FrameKind.Output, 1, 2, 3));
        Assert.All(destination, value => Assert.Equal(0, value));
    }

    [Fact]
    public void Only_data_frames_have_a_data_header()
    {
        var destination = new byte[FrameCodec.DataHeaderBytes];
        Assert.Throws<ArgumentOutOfRangeException>(() => FrameCodec.WriteDataHeader(destination, FrameKind.Control, 1, 2, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => FrameCodec.WriteDataHeader(destination, FrameKind.Input, 1, 2, -1));
    }

    [Fact]
    public void An_envelope_is_written_into_a_larger_buffer_without_touching_the_rest()
    {
        var envelope = new Envelope { RequestId = 9, List = new ListRequest() };
        var buffer = Enumerable.Repeat((byte)0xaa, 64).ToArray();
        var written = FrameCodec.WriteControl(envelope, buffer);

        Assert.Equal(FrameCodec.ControlFrameBytes(envelope), written);
        Assert.All(buffer[written..], value => Assert.Equal(0xaa, value));
        Assert.Equal(FrameReadStatus.Frame, FrameCodec.TryRead(buffer, Limit, out var frame, out _));
        Assert.Equal(envelope, Envelope.Parser.ParseFrom(frame.Payload));
    }

    private static byte[] FrameOf(byte[] content, int index)
    {
        if (index % 3 != 0)
            return Data(index % 3 == 1 ? FrameKind.Output : FrameKind.Input, (uint)index, (ulong)content.Length << 32, content);

        var envelope = new Envelope { RequestId = (ulong)index + 1, Attach = new AttachRequest { Session = Convert.ToHexString(content) } };
        var frame = new byte[FrameCodec.ControlFrameBytes(envelope)];
        FrameCodec.WriteControl(envelope, frame);
        return frame;
    }

    private static byte[] Data(FrameKind kind, uint session, ulong offset, byte[] bytes)
    {
        var frame = new byte[FrameCodec.DataHeaderBytes + bytes.Length];
        FrameCodec.WriteDataHeader(frame, kind, session, offset, bytes.Length);
        bytes.CopyTo(frame, FrameCodec.DataHeaderBytes);
        return frame;
    }

    // A receiver: appends the next piece, takes out every whole frame, keeps the rest.
    private static List<byte[]> ReadCut(byte[] stream, int[] cuts)
    {
        var frames = new List<byte[]>();
        var pending = new List<byte>();
        var at = 0;
        for (var turn = 0; at < stream.Length; turn++)
        {
            var piece = Math.Min(cuts.Length == 0 ? 1 : cuts[turn % cuts.Length], stream.Length - at);
            pending.AddRange(stream.AsSpan(at, piece));
            at += piece;
            while (FrameCodec.TryRead(pending.ToArray(), Limit, out _, out var consumed) == FrameReadStatus.Frame)
            {
                frames.Add([.. pending.Take(consumed)]);
                pending.RemoveRange(0, consumed);
            }
        }

        Assert.Empty(pending);
        return frames;
    }
}
