using Holdfast.Protocol.V1;

namespace Holdfast.Cli.Health;

/// <summary>What was found out about keeper and daemon, from outside and by asking. A value.</summary>
/// <param name="Lives">There is a process of the daemon, whether it answers or not.</param>
/// <param name="Silence">Why there is no <paramref name="Status"/>.</param>
/// <param name="Errors">Among the last lines of its log; null where that cannot be read.</param>
internal sealed record HealthFinding(int? KeeperPid, int? DaemonPid, bool Lives, TimeSpan? BeatAge, StatusAnswer? Status, string Silence, int? Errors);
