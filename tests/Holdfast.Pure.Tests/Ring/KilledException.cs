namespace Holdfast.Pure.Tests.Ring;

/// <summary>Stands for SIGKILL: the daemon stops here, only shared memory, the pipe and the PTY remain.</summary>
public sealed class KilledException : Exception;
