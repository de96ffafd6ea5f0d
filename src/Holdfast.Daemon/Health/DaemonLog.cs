using Microsoft.Extensions.Logging;

namespace Holdfast.Daemon.Health;

/// <summary>Every event the daemon logs, in one place; ids by subject: 1 life, 100 keeper, 200 sessions, 300 clients, 400 output.</summary>
public static partial class DaemonLog
{
    [LoggerMessage(1, LogLevel.Information, "daemon {Version} serves {Sessions} sessions, {RecoveredBytes} bytes completed, transfer by {Transfer}")]
    public static partial void Serving(this ILogger log, string version, int sessions, ulong recoveredBytes, string transfer);

    [LoggerMessage(2, LogLevel.Information, "stopping: {Mode}")]
    public static partial void Stopping(this ILogger log, string mode);

    [LoggerMessage(3, LogLevel.Error, "a request failed with a fault")]
    public static partial void RequestFault(this ILogger log, Exception fault);

    [LoggerMessage(4, LogLevel.Error, "background work failed")]
    public static partial void BackgroundFault(this ILogger log, Exception fault);

    [LoggerMessage(5, LogLevel.Warning, "the token could not be written to {Path}: {Reason}")]
    public static partial void TokenNotWritten(this ILogger log, string path, string reason);

    [LoggerMessage(100, LogLevel.Error, "keeper {Pid} is dead; starting another")]
    public static partial void KeeperDied(this ILogger log, int pid);

    [LoggerMessage(101, LogLevel.Error, "keeper {Pid} hangs; killing it")]
    public static partial void KeeperHangs(this ILogger log, int pid);

    [LoggerMessage(102, LogLevel.Warning, "keeper {Pid} took over")]
    public static partial void KeeperTookOver(this ILogger log, int pid);

    [LoggerMessage(103, LogLevel.Error, "no keeper could be started: {Reason}")]
    public static partial void KeeperNotStarted(this ILogger log, string reason);

    [LoggerMessage(104, LogLevel.Warning, "the channel to the keeper closed: {Reason}")]
    public static partial void KeeperChannelClosed(this ILogger log, string reason);

    [LoggerMessage(7, LogLevel.Error, "the journal is degraded, sessions go on but would not outlive the machine as they are now: {Reason}")]
    public static partial void JournalDegraded(this ILogger log, string reason);

    [LoggerMessage(8, LogLevel.Information, "the journal is written again")]
    public static partial void JournalRecovered(this ILogger log);

    [LoggerMessage(9, LogLevel.Information, "reconciled: {Alive} alive, {Exited} exited, {Pending} to be restored, {Unrecoverable} unrecoverable, {Elsewhere} of other machines or runtime directories")]
    public static partial void Reconciled(this ILogger log, uint alive, uint exited, uint pending, uint unrecoverable, uint elsewhere);

    [LoggerMessage(10, LogLevel.Warning, "the journal could not be read: {Reason}")]
    public static partial void JournalUnreadable(this ILogger log, string reason);

    [LoggerMessage(105, LogLevel.Warning, "the keeper refused {Kind} {Name}: {Error}")]
    public static partial void KeeperRefused(this ILogger log, string kind, string name, string error);

    [LoggerMessage(200, LogLevel.Information, "session {Name} ({Id}) runs as pid {Pid}")]
    public static partial void SessionStarted(this ILogger log, string name, string id, int pid);

    [LoggerMessage(201, LogLevel.Information, "session {Name} ({Id}) ended: code {Code}, signal {Signal}, lost {Lost}")]
    public static partial void SessionExited(this ILogger log, string name, string id, int code, int signal, bool lost);

    [LoggerMessage(202, LogLevel.Information, "session {Name} ({Id}) was forgotten")]
    public static partial void SessionFinalized(this ILogger log, string name, string id);

    [LoggerMessage(203, LogLevel.Warning, "entry {Name} cannot be used and is left alone: {Reason}")]
    public static partial void EntryUnusable(this ILogger log, string name, string reason);

    [LoggerMessage(204, LogLevel.Warning, "session {Name} ({Id}): some input is uncertain, the former daemon died while writing it")]
    public static partial void InputUncertain(this ILogger log, string name, string id);

    [LoggerMessage(205, LogLevel.Error, "an interrupted transfer of {Bytes} bytes belongs to no known ring; they were dropped")]
    public static partial void TransferDropped(this ILogger log, ulong bytes);

    [LoggerMessage(206, LogLevel.Information, "session {Name} ({Id}) could not be started: {Reason}")]
    public static partial void SessionNotStarted(this ILogger log, string name, string id, string reason);

    [LoggerMessage(207, LogLevel.Warning, "a screen's checkpoint cannot be used, the screen is made from the output that is held: {Reason}")]
    public static partial void CheckpointUnusable(this ILogger log, string reason);

    [LoggerMessage(208, LogLevel.Information, "session {Name} ({Id}) was restored as pid {Pid}")]
    public static partial void SessionRestored(this ILogger log, string name, string id, int pid);

    [LoggerMessage(209, LogLevel.Warning, "session {Name} ({Id}) is {Outcome}: {Code}, {Reason}")]
    public static partial void SessionNotRecovered(this ILogger log, string name, string id, string outcome, string code, string reason);

    [LoggerMessage(210, LogLevel.Information, "session {Name}: owner {Owner} ({OwnerName}) after {Former}, epoch {Epoch}, {Reason}")]
    public static partial void OwnerChanged(this ILogger log, string name, string owner, string ownerName, string former, ulong epoch, string reason);

    [LoggerMessage(211, LogLevel.Error, "session {Name} ({State}): {Broken}")]
    public static partial void InvariantBroken(this ILogger log, string name, string state, string broken);

    [LoggerMessage(212, LogLevel.Warning, "session {Name}: {Left} processes did not end ({Pids}), {Untouchable} may not be signalled")]
    public static partial void KillIncomplete(this ILogger log, string name, int left, string pids, int untouchable);

    [LoggerMessage(213, LogLevel.Warning, "session {Name} has no control group: {Problem}")]
    public static partial void CgroupFailed(this ILogger log, string name, string problem);

    [LoggerMessage(300, LogLevel.Debug, "client {Client} connected ({Name})")]
    public static partial void ClientConnected(this ILogger log, string client, string name);

    [LoggerMessage(301, LogLevel.Debug, "a connection ended: {Reason}")]
    public static partial void ConnectionEnded(this ILogger log, string reason);

    [LoggerMessage(302, LogLevel.Warning, "connections cannot be accepted: {Error}")]
    public static partial void AcceptFailed(this ILogger log, string error);

    [LoggerMessage(7, LogLevel.Information, "upgrade {Id} to {Program} ({Build}): the keeper is {Keeper}; this daemon leaves")]
    public static partial void UpgradeBegins(this ILogger log, string id, string program, string build, string keeper);

    [LoggerMessage(8, LogLevel.Warning, "upgrade {Id} was refused: {Reason}")]
    public static partial void UpgradeRefused(this ILogger log, string id, string reason);

    [LoggerMessage(9, LogLevel.Warning, "upgrade {Id} to {Program} was undone: {Reason}")]
    public static partial void UpgradeUndone(this ILogger log, string id, string program, string reason);

    [LoggerMessage(10, LogLevel.Information, "upgrade {Id} from {From} to {Program} is done")]
    public static partial void UpgradeDone(this ILogger log, string id, string from, string program);

    [LoggerMessage(6, LogLevel.Warning, "configuration: {Warning}")]
    public static partial void ConfigWarning(this ILogger log, string warning);

    [LoggerMessage(401, LogLevel.Warning, "session {Name}: client {Client} was disconnected: {Reason}")]
    public static partial void FlowDisconnect(this ILogger log, string name, string client, string reason);

    [LoggerMessage(400, LogLevel.Warning, "session {Name}: client {Client} lost {Bytes} bytes")]
    public static partial void Gap(this ILogger log, string name, string client, ulong bytes);
}
