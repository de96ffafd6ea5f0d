using System.Buffers.Binary;
using Google.Protobuf;
using Holdfast.Protocol.V1;

namespace Holdfast.Protocol.Frames;

/// <summary>
/// Reads and writes the frames of protocol v1.
/// Stateless, allocates nothing beside the envelope's own, callable from any thread.
/// </summary>
/// <remarks>
/// <code>
///  0        4      5                9                        17
///  +--------+------+----------------+------------------------+----------+
///  | length | kind | session (u32)  | offset (u64)           | bytes …  |   output (2), input (3), lent input (4), shown output (5)
///  +--------+------+----------------+------------------------+----------+
///  | length | kind | protobuf Envelope …                                |   control (1)
///  +--------+------+----------------------------------------------------+
/// </code>
/// All numbers are big endian. <c>length</c> counts everything after itself: the kind and the payload.
/// </remarks>
public static class FrameCodec
{
    public const int LengthPrefixBytes = 4;

    /// <summary>Everything before the bytes of an output or input frame: 4 length, 1 kind, 4 session, 8 offset.</summary>
    public const int DataHeaderBytes = 17;

    private const int KindBytes = 1;
    private const int KindAt = LengthPrefixBytes;
    private const int PayloadAt = KindAt + KindBytes;
    private const int SessionBytes = 4;
    private const int DataPrefixBytes = DataHeaderBytes - PayloadAt;

    /// <summary>What the bytes of a lent input frame begin with: how many frames were shown.</summary>
    public const int ShownCountBytes = 4;

    /// <summary>Reads the frame at the start of <paramref name="buffer"/>.</summary>
    /// <param name="buffer">Bytes received and not yet consumed.</param>
    /// <param name="maxFrameBytes">Largest length that is accepted, the prefix itself apart.</param>
    /// <param name="frame">The frame, a view into <paramref name="buffer"/>.</param>
    /// <param name="consumed">Bytes to drop from the buffer; 0 unless a whole frame was read.</param>
    public static FrameReadStatus TryRead(ReadOnlySpan<byte> buffer, int maxFrameBytes, out Frame frame, out int consumed)
    {
        frame = default;
        consumed = 0;
        if (buffer.Length < LengthPrefixBytes)
            return FrameReadStatus.NeedMore;

        var length = BinaryPrimitives.ReadUInt32BigEndian(buffer);
        if (length == 0)
            return FrameReadStatus.Malformed;
        // Compared unsigned: a length above int.MaxValue must not look small or negative.
        if (length > (uint)Math.Max(maxFrameBytes, 0))
            return FrameReadStatus.TooLarge;
        if (buffer.Length < PayloadAt)
            return FrameReadStatus.NeedMore;

        var kind = (FrameKind)buffer[KindAt];
        var payloadBytes = (int)length - KindBytes;
        // Told as soon as it is known: a peer that sends this would otherwise be waited for.
        if (payloadBytes < LeastPayload(kind))
            return FrameReadStatus.Malformed;
        if (buffer.Length - PayloadAt < payloadBytes)
            return FrameReadStatus.NeedMore;

        frame = new Frame(kind, buffer.Slice(PayloadAt, payloadBytes));
        consumed = PayloadAt + payloadBytes;
        return FrameReadStatus.Frame;
    }

    /// <summary>Writes the <see cref="DataHeaderBytes"/> bytes that precede <paramref name="dataBytes"/> bytes of output or input.</summary>
    /// <param name="destination">At least <see cref="DataHeaderBytes"/> long; the data itself is sent from where it lies.</param>
    /// <param name="kind">One of the kinds of output or input.</param>
    /// <param name="session">The session's number.</param>
    /// <param name="offset">The absolute offset of the first byte.</param>
    /// <param name="dataBytes">How many bytes follow the header.</param>
    public static void WriteDataHeader(Span<byte> destination, FrameKind kind, uint session, ulong offset, int dataBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(dataBytes);
        if (LeastPayload(kind) == 0)
            throw new ArgumentOutOfRangeException(nameof(kind), kind, "Only output and input frames have a data header.");

        var length = (uint)(DataHeaderBytes - LengthPrefixBytes) + (uint)dataBytes;
        // The last byte first: a destination that is too short is refused before anything was written.
        BinaryPrimitives.WriteUInt64BigEndian(destination[(PayloadAt + SessionBytes)..], offset);
        BinaryPrimitives.WriteUInt32BigEndian(destination[PayloadAt..], session);
        destination[KindAt] = (byte)kind;
        BinaryPrimitives.WriteUInt32BigEndian(destination, length);
    }

    /// <summary>Splits the payload of an output or input frame that <see cref="TryRead"/> returned.</summary>
    public static void ReadDataHeader(ReadOnlySpan<byte> payload, out uint session, out ulong offset, out ReadOnlySpan<byte> data)
    {
        session = BinaryPrimitives.ReadUInt32BigEndian(payload);
        offset = BinaryPrimitives.ReadUInt64BigEndian(payload[SessionBytes..]);
        data = payload[DataPrefixBytes..];
    }

    /// <summary>Takes the count of frames shown off the data of a lent input frame that <see cref="TryRead"/> returned.</summary>
    public static uint ReadShownCount(ref ReadOnlySpan<byte> data)
    {
        var count = BinaryPrimitives.ReadUInt32BigEndian(data);
        data = data[ShownCountBytes..];
        return count;
    }

    // 0: the kind has no session and offset.
    private static int LeastPayload(FrameKind kind) => kind switch
    {
        FrameKind.Output or FrameKind.Input or FrameKind.ShownOutput => DataPrefixBytes,
        FrameKind.LentInput => DataPrefixBytes + ShownCountBytes,
        _ => 0,
    };

    /// <summary>The size of <paramref name="envelope"/> as a whole frame, prefix included.</summary>
    public static int ControlFrameBytes(Envelope envelope) => PayloadAt + envelope.CalculateSize();

    /// <summary>Writes <paramref name="envelope"/> as a control frame and returns its size.</summary>
    /// <param name="envelope">The message; it must not change meanwhile.</param>
    /// <param name="destination">At least <see cref="ControlFrameBytes"/> long.</param>
    public static int WriteControl(Envelope envelope, Span<byte> destination)
    {
        var envelopeBytes = envelope.CalculateSize();
        // WriteTo(Span) asks for a span of exactly the message's size.
        envelope.WriteTo(destination.Slice(PayloadAt, envelopeBytes));
        destination[KindAt] = (byte)FrameKind.Control;
        BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)(KindBytes + envelopeBytes));
        return PayloadAt + envelopeBytes;
    }
}
