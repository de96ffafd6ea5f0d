using System.Diagnostics;
using System.Net.Sockets;
using Holdfast.Linux;
using Holdfast.Linux.Sockets;

namespace Holdfast.DaemonRpc.Lifecycle;

/// <summary>
/// Reaches the daemon, and starts it where there is none: the one place that knows what each way of not being answered means.
/// Without state; callable from any thread, and any number of callers at once start one daemon.
/// </summary>
public static class DaemonDialer
{
    /// <summary>Long for a start on a loaded machine, short for a person who waits.</summary>
    public static readonly TimeSpan DefaultDeadline = TimeSpan.FromSeconds(10);

    // A daemon that restarts is back within 150 ms: look often at first, then leave it the processor.
    private const int FirstPauseMs = 10;

    private const int LongestPauseMs = 200;

    /// <summary>A connected stream socket. The daemon may still close it before its welcome (it restarts): then dial again.</summary>
    /// <param name="start">How to start a daemon; null to never start one.</param>
    /// <param name="deadline">For everything together: connecting, waiting for a full backlog, starting.</param>
    /// <param name="cancellationToken">Ends the attempts.</param>
    /// <param name="witness">Where several calls belong together: one series starts one keeper, and tells why it ended.</param>
    /// <exception cref="LifecycleException">DAEMON_UNAVAILABLE, DAEMON_START_FAILED, or what the directories say.</exception>
    public static async Task<Socket> ConnectAsync(
        IDaemonPlace paths, IDaemonStart? start, TimeSpan deadline, CancellationToken cancellationToken, StartWitness? witness = null)
    {
        SocketAddress.Check(paths);
        var begun = Stopwatch.GetTimestamp();
        witness ??= new StartWitness(paths);
        var pause = FirstPauseMs;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var error = Dial(paths, out var connection);
            if (connection is not null)
                return Wrap(connection);
            if (IsAbsence(error))
                StartOnce(paths, start, witness);
            else if (error != Errno.EAGAIN)
                throw LifecycleException.Denied(paths.Socket, "connect", error);
            if (Stopwatch.GetElapsedTime(begun) >= deadline)
                throw TimedOut(paths, start, error, deadline, witness);
            // Jitter: a hundred clients that lost one daemon must not come back in step.
            await Task.Delay(Random.Shared.Next(pause / 2, pause + 1), cancellationToken);
            pause = Math.Min(pause * 2, LongestPauseMs);
        }
    }

    private static void StartOnce(IDaemonPlace paths, IDaemonStart? start, StartWitness witness)
    {
        if (start is null)
            throw LifecycleException.NobodyAnswers(paths);
        if (!witness.Started)
        {
            witness.Started = start.TryStart();
            return;
        }
        // The keeper has the lock from its first instruction to its last: a free lock means that it ended.
        using var free = IdentityLock.TryTake(paths.LockFile);
        // It may have bound the socket and been replaced since we dialled; then somebody answers.
        if (free is not null && !Answers(paths))
            throw witness.NeverReady("the daemon ended at once");
    }

    private static bool Answers(IDaemonPlace paths)
    {
        var error = Dial(paths, out var connection);
        connection?.Dispose();
        return !IsAbsence(error);
    }

    private static Errno Dial(IDaemonPlace paths, out Fd? connection)
    {
        var error = UnixSocket.TryConnect(paths.Socket, out connection);
        if (!IsAbsence(error) || paths.EndpointFile is not { } file || EndpointRecord.TryRead(file) is not { } endpoint)
            return error;
        var second = UnixSocket.TryConnect(endpoint.DescriptorPath, out connection);
        return second is Errno.None or Errno.EAGAIN ? second : error;
    }

    private static bool IsAbsence(Errno error) => error is Errno.ENOENT or Errno.ECONNREFUSED or Errno.ENOTDIR;

    private static LifecycleException TimedOut(IDaemonPlace paths, IDaemonStart? start, Errno error, TimeSpan deadline, StartWitness witness) =>
        error == Errno.EAGAIN || start is null
            ? new LifecycleException(
                "DAEMON_UNAVAILABLE",
                $"the daemon at {paths.Socket} took no connection within {deadline.TotalSeconds:0.#} s",
                $"it is overloaded or hangs: {paths.Hints.Look}")
            : witness.NeverReady($"no daemon answered within {deadline.TotalSeconds:0.#} s");

    private static Socket Wrap(Fd connection)
    {
        connection.SetBlocking();
        var handle = new SafeSocketHandle(connection.Number, ownsHandle: true);
        connection.SetHandleAsInvalid();
        // The class library makes it non-blocking at the first asynchronous call; one that was so before it would never block in the kernel.
        return new Socket(handle);
    }
}
