namespace Holdfast.DaemonRpc.Wire;

/// <summary>What a frame is. The numbers are the wire's and never change their meaning; docs/daemon-rpc.md says each one's payload.</summary>
public enum FrameKind : byte
{
    VersionCheck = 1,
    Command = 2,
    OutputChunk = 3,
    ErrorChunk = 4,
    CommandError = 5,
    Exit = 6,
    Cancel = 7,
    StatusRequest = 8,
    Status = 9,
    Stop = 10,
    Stopping = 11,
}
