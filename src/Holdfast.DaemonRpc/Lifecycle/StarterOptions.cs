namespace Holdfast.DaemonRpc.Lifecycle;

/// <summary>What a client needs to start a daemon: two absolute paths of executables, and where it shall live.</summary>
public sealed record StarterOptions : IDaemonStart
{
    public required string KeeperBinary { get; init; }

    public required string DaemonBinary { get; init; }

    public required DaemonPaths Paths { get; init; }

    public bool TryStart() => DaemonStarter.TryStart(this);
}
