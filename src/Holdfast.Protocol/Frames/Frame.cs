namespace Holdfast.Protocol.Frames;

/// <summary>
/// One frame, seen in the buffer it was read from.
/// Owned by the caller of <see cref="FrameCodec.TryRead"/>; valid as long as that buffer's bytes stay where they are.
/// </summary>
public readonly ref struct Frame
{
    internal Frame(FrameKind kind, ReadOnlySpan<byte> payload)
    {
        Kind = kind;
        Payload = payload;
    }

    /// <summary>The kind as sent: callers skip a frame whose kind they do not know.</summary>
    public FrameKind Kind { get; }

    /// <summary>What follows the kind byte; for a data frame it begins with session and offset.</summary>
    public ReadOnlySpan<byte> Payload { get; }
}
