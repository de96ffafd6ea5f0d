using Holdfast.Daemon.Config;
using Holdfast.Daemon.Health;
using Holdfast.Daemon.Keepers;
using Holdfast.Daemon.Output;
using Holdfast.Daemon.Sessions;
using Holdfast.Daemon.Upgrades;
using Holdfast.Protocol.V1;

namespace Holdfast.Daemon.Clients;

/// <summary>What request handlers work with. Made once by the host; loop thread.</summary>
public sealed record RequestServices(
    SessionTable Sessions, SessionCreator Creator, SessionLife Life, OutputMover Mover, KeeperLink Keeper, DaemonOptions Options, DaemonCounters Counters,
    Func<StatusAnswer> Status, Func<StopMode, Task> Stop, DaemonUpgrade Upgrade);
