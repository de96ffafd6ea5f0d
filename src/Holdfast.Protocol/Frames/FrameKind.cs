namespace Holdfast.Protocol.Frames;

/// <summary>What a frame carries. The numbers are the wire's; a reader skips those it does not know.</summary>
public enum FrameKind : byte
{
    /// <summary>One protobuf <c>Envelope</c>.</summary>
    Control = 1,

    /// <summary>Daemon to client: bytes that a PTY produced, with their absolute offset.</summary>
    Output = 2,

    /// <summary>Client to daemon: bytes for a PTY, with their offset in this client's input.</summary>
    Input = 3,

    /// <summary>Client to daemon: as <see cref="Input"/>, and the terminal is lent until more output comes; the bytes begin with how many frames were shown.</summary>
    LentInput = 4,

    /// <summary>Daemon to client: as <see cref="Output"/>, and the bytes are on the client's terminal already.</summary>
    ShownOutput = 5,
}
