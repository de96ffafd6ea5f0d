using Holdfast.Protocol.V1;

namespace Holdfast.Cli.Output;

/// <summary>The daemon as `daemon status --json` shows it. A value.</summary>
internal sealed record StatusRow(
    int DaemonPid,
    int KeeperPid,
    string Version,
    string Build,
    double UptimeS,
    uint Sessions,
    uint Clients,
    string Socket,
    uint Restarts,
    uint KeeperRestarts,
    string Transfer,
    uint Fds,
    ulong RingBytes,
    ulong OutputBytes,
    ulong GapBytes,
    uint Gaps,
    string RuntimeDir,
    string StateDir,
    string Log,
    InheritedRow? Inherited,
    ulong RecoveredBytes,
    uint RecoveredSessions)
{
    private const double MillisecondsPerSecond = 1000;

    public static StatusRow Of(StatusAnswer s) => new(
        s.DaemonPid,
        s.KeeperPid,
        s.Version,
        s.Build,
        s.UptimeMs / MillisecondsPerSecond,
        s.Sessions,
        s.Clients,
        s.Socket,
        s.Restarts,
        s.KeeperRestarts,
        s.Transfer,
        s.Fds,
        s.RingBytes,
        s.OutputBytes,
        s.GapBytes,
        s.Gaps,
        s.RuntimeDir,
        s.StateDir,
        s.Log,
        s.Inherited is { } i ? new InheritedRow(i.Cgroup, i.Nice, i.Umask, i.NoNewPrivs) : null,
        s.RecoveredBytes,
        s.RecoveredSessions);
}

/// <summary>What all sessions inherit from the client that started the keeper. A value.</summary>
internal sealed record InheritedRow(string Cgroup, int Nice, uint Umask, bool NoNewPrivs);
