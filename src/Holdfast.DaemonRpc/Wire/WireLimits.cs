namespace Holdfast.DaemonRpc.Wire;

/// <summary>Numbers that both sides of the wire hold each other to.</summary>
public static class WireLimits
{
    /// <summary>Of the frames and their order; the build is compared apart from it.</summary>
    public const ushort ProtocolVersion = 1;

    /// <summary>Length and kind.</summary>
    public const int HeaderBytes = 5;

    /// <summary>Most bytes of one chunk: a socket's buffer holds little more, and a cancelled command has no more than this on its way.</summary>
    public const int MaxChunkBytes = 128 * 1024;

    /// <summary>Most bytes of a frame that is neither command nor chunk: an error with its whole chain of causes.</summary>
    public const int MaxControlBytes = 256 * 1024;

    /// <summary>Longest build timestamp or daemon id.</summary>
    public const int MaxNameBytes = 128;

    /// <summary>A command's text, where no other limit is set.</summary>
    public const int DefaultCommandBytes = 16 * 1024 * 1024;
}
