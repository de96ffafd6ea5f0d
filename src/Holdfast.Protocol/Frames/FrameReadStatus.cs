namespace Holdfast.Protocol.Frames;

/// <summary>What <see cref="FrameCodec.TryRead"/> found at the start of a buffer.</summary>
public enum FrameReadStatus
{
    /// <summary>The frame is not complete yet: read more and try again from the same place.</summary>
    NeedMore,

    /// <summary>A whole frame was read.</summary>
    Frame,

    /// <summary>The prefix announces more than the limit. The stream cannot be resumed: close it.</summary>
    TooLarge,

    /// <summary>The length is 0, or a data frame is shorter than its header. The stream cannot be resumed: close it.</summary>
    Malformed,
}
