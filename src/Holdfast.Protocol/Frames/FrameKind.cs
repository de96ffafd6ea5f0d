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
}
