namespace Holdfast.DaemonRpc.Wire;

/// <summary>What came is no frame of this protocol, or larger than its limit; the connection is of no use after it. The code is stable.</summary>
public sealed class WireException(string code, string message) : Exception(message)
{
    public const string Malformed = "WIRE_MALFORMED";

    public const string TooLarge = "WIRE_TOO_LARGE";

    public const string UnknownKind = "WIRE_UNKNOWN_KIND";

    public string Code { get; } = code;

    internal static WireException Cut(FrameKind kind) => new(Malformed, $"a {kind} frame ends within a field");
}
