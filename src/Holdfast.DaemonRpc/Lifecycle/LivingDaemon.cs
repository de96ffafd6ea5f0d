using Holdfast.Linux;
using Holdfast.Linux.Processes;
using Holdfast.Linux.Sockets;

namespace Holdfast.DaemonRpc.Lifecycle;

/// <summary>
/// The process that is an id's daemon beyond doubt, whether its socket can be reached or not. Owns its descriptor of the process; used by one thread.
/// </summary>
internal sealed class LivingDaemon : IDisposable
{
    private readonly DaemonPlace _place;

    private LivingDaemon(DaemonPlace place, PidRecord record, PidFd process) => (_place, Record, Process) = (place, record, process);

    public PidRecord Record { get; }

    public PidFd Process { get; }

    /// <summary>Null where none lives, or nothing proves which process it is.</summary>
    public static LivingDaemon? TryFind(DaemonPlace place) =>
        PidRecord.TryRead(place.PidFile) is { } record && record.TryVerify(place.LockFile) is { } process ? new LivingDaemon(place, record, process) : null;

    /// <summary>
    /// Tells it to end where its socket is gone: one that waits for its last commands does not mind, one whose socket was removed is found by nobody.
    /// </summary>
    public void EndIfUnreachable()
    {
        // A daemon's socket is there before its record is: after the record was read it is not a new daemon's that is missing.
        var error = UnixSocket.TryConnect(_place.Socket, out var answering);
        answering?.Dispose();
        if (error is Errno.ENOENT or Errno.ECONNREFUSED)
            Process.Send(Signals.Term);
    }

    public void Dispose() => Process.Dispose();
}
