namespace Holdfast.Protocol;

/// <summary>Names in <c>Welcome.features</c>: what a daemon can do beyond the first release of this protocol version. Constant.</summary>
public static class ProtocolFeatures
{
    /// <summary>Sessions have owners: <c>AttachRequest.as</c>, <c>take</c>, <c>release</c>, epochs.</summary>
    public const string Owners = "owners";

    /// <summary>Output frames may be acknowledged: <c>AttachRequest.acks</c>, <c>ack</c>.</summary>
    public const string Acks = "acks";

    /// <summary>The daemon can be replaced by another program: <c>upgrade</c>.</summary>
    public const string Upgrades = "upgrades";

    /// <summary>A <c>wait</c> can be taken back: <c>cancel</c>.</summary>
    public const string Cancels = "cancels";
}
