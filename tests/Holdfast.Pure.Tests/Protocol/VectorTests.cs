using Google.Protobuf;
using Holdfast.Protocol;
using Holdfast.Protocol.Frames;
using Holdfast.Protocol.V1;

namespace Holdfast.Pure.Tests.Protocol;

/// <summary>What is on the wire is what proto/vectors says, byte for byte, in both directions.</summary>
public sealed class VectorTests
{
    public static TheoryData<string> Names => [.. Vector.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_reader_finds_what_the_vector_says(string name)
    {
        var vector = Vector.Load(name);
        var status = FrameCodec.TryRead(vector.Bytes, ProtocolLimits.MaxFrameBytes, out var frame, out var consumed);

        Assert.Equal(vector.Status, status);
        if (status != FrameReadStatus.Frame)
        {
            Assert.Equal(0, consumed);
            return;
        }

        Assert.Equal(vector.Bytes.Length, consumed);
        Assert.Equal(vector.Kind, frame.Kind);
        if (vector.Data is { } data)
        {
            FrameCodec.ReadDataHeader(frame.Payload, out var session, out var offset, out var bytes);
            Assert.Equal((data.Session, data.Offset), (session, offset));
            Assert.Equal(data.Bytes, bytes.ToArray());
        }

        var payload = frame.Payload.ToArray();
        if (vector.Envelope is { } envelope)
            Assert.Equal(envelope, KnownPartOf(Envelope.Parser.ParseFrom(payload)));
        if (vector.IsGarbage)
            Assert.Throws<InvalidProtocolBufferException>(() => Envelope.Parser.ParseFrom(payload));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_writer_produces_the_canonical_bytes(string name)
    {
        var vector = Vector.Load(name);
        if (!vector.IsCanonical)
            return;

        byte[] written;
        if (vector.Data is { } data)
        {
            written = new byte[FrameCodec.DataHeaderBytes + data.Bytes.Length];
            FrameCodec.WriteDataHeader(written, vector.Kind, data.Session, data.Offset, data.Bytes.Length);
            data.Bytes.CopyTo(written, FrameCodec.DataHeaderBytes);
        }
        else
        {
            written = new byte[FrameCodec.ControlFrameBytes(vector.Envelope!)];
            Assert.Equal(written.Length, FrameCodec.WriteControl(vector.Envelope!, written));
        }

        Assert.Equal(Convert.ToHexStringLower(vector.Bytes), Convert.ToHexStringLower(written));
    }

    [Fact]
    public void Every_situation_the_protocol_promises_has_a_vector()
    {
        string[] promised =
        [
            "hello", "welcome", "error", "create", "attach", "output", "input", "gap", "exited",
            "too-large", "empty", "unknown-kind", "unknown-field", "unknown-body",
        ];
        Assert.Empty(promised.Except(Vector.Names, StringComparer.Ordinal));
    }

    [Fact]
    public void A_request_of_a_later_version_keeps_its_request_id()
    {
        var vector = Vector.Load("unknown-body");
        FrameCodec.TryRead(vector.Bytes, ProtocolLimits.MaxFrameBytes, out var frame, out _);
        var envelope = Envelope.Parser.ParseFrom(frame.Payload);

        Assert.Equal(Envelope.BodyOneofCase.None, envelope.BodyCase);
        Assert.Equal(6UL, envelope.RequestId);
    }

    // Unknown fields are kept by protobuf for passing on; a vector's envelope names only the known part.
    private static Envelope KnownPartOf(Envelope envelope) => JsonParser.Default.Parse<Envelope>(JsonFormatter.Default.Format(envelope));
}
