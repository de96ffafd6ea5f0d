namespace Holdfast.Protocol;

/// <summary>
/// The protocol versions this build speaks.
/// Constant, callable from any thread.
/// </summary>
/// <remarks>
/// History (docs/protocol.md says what a version may change without becoming another):
/// <list type="table">
/// <item><term>1</term><description>The first: frames, envelope, offsets for output and for input.</description></item>
/// </list>
/// </remarks>
public static class ProtocolVersion
{
    public const uint Current = 1;

    /// <summary>Everything a daemon of this build accepts in a hello, oldest first.</summary>
    public static ReadOnlySpan<uint> Supported => [Current];

    public static bool IsSupported(uint version) => Supported.Contains(version);
}
