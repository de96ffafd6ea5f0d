using System.Diagnostics;
using System.Net.Sockets;
using Holdfast.DaemonRpc.Lifecycle;
using Holdfast.DaemonRpc.Wire;
using Holdfast.Linux.Processes;

namespace Holdfast.DaemonRpc.Client;

/// <summary>How a stop ended.</summary>
public enum StopResult
{
    /// <summary>None ran; none was started for it.</summary>
    NotRunning,
    Stopped,

    /// <summary>It did not end when asked, and was killed.</summary>
    Killed,
}

/// <summary>
/// Asks about a daemon and ends it, of whatever build it is; never starts one. A process is only signalled when it is the daemon beyond doubt.
/// Immutable; any thread.
/// </summary>
public sealed class DaemonControl(DaemonPlace place, TimeSpan answerPatience, TimeSpan stopPatience)
{
    // A daemon that hangs gets this long after SIGTERM.
    private static readonly TimeSpan TerminatePatience = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(10);

    /// <summary>What the daemon says about itself; null where none runs.</summary>
    /// <exception cref="DaemonException">It does not answer.</exception>
    public async Task<IReadOnlyList<KeyValuePair<string, string>>?> StatusAsync(CancellationToken cancellationToken = default)
    {
        using var link = await OpenAsync(cancellationToken);
        if (link is null)
            return null;
        try
        {
            return await AskAsync(link, FrameKind.StatusRequest, cancellationToken) is { Kind: FrameKind.Status } frame ? SmallFrames.ReadStatus(frame.Payload.Span) : null;
        }
        catch (Exception e) when (e is SocketException or WireException)
        {
            // It ended in this moment.
            return null;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DaemonException(
                "DAEMON_UNRESPONSIVE",
                $"the daemon (process {link.Version.Pid}) did not tell its status within {answerPatience.TotalSeconds:0.#} s",
                $"`daemon restart` ends it; its log is {place.LogFile}",
                ExitCodes.Unavailable,
                e);
        }
    }

    /// <summary>Ends the daemon: asks it, waits for its commands, and kills it where it does not end.</summary>
    /// <exception cref="DaemonException">It hangs and nothing proves which process it is.</exception>
    public async Task<StopResult> StopAsync(CancellationToken cancellationToken = default)
    {
        PidRecord? record;
        try
        {
            record = await AskToStopAsync(cancellationToken);
        }
        catch (DaemonException e) when (e.Code == "DAEMON_UNRESPONSIVE")
        {
            record = PidRecord.TryRead(place.PidFile);
            using var hanging = record?.TryVerify(place.LockFile) ?? throw Unproven(e);
            return await KillAsync(hanging, terminateFirst: true, cancellationToken);
        }
        return record is null ? await EndUnseenAsync(cancellationToken) : await EndAsync(record, cancellationToken);
    }

    /// <summary>Ends exactly this daemon: where another one took its place meanwhile, that one is left alone.</summary>
    internal async Task StopAsync(DaemonVersion old, CancellationToken cancellationToken)
    {
        var record = new PidRecord(old.Pid, old.StartTime, old.Build);
        await AskToStopAsync(cancellationToken, only: record);
        await EndAsync(record, cancellationToken);
    }

    /// <summary>Waits for the end of a daemon that was asked to stop, and kills it after the patience.</summary>
    internal async Task<StopResult> EndAsync(PidRecord record, CancellationToken cancellationToken)
    {
        // Not to be verified: it ended already.
        using var process = record.TryVerify(place.LockFile);
        if (process is null || await ProcessEnd.WaitAsync(process, stopPatience, cancellationToken))
            return StopResult.Stopped;
        return await KillAsync(process, terminateFirst: false, cancellationToken);
    }

    /// <summary>Waits for a daemon's own end, within the same patience, and does nothing about it.</summary>
    internal async Task<bool> HasEndedAsync(PidRecord record, CancellationToken cancellationToken)
    {
        using var process = record.TryVerify(place.LockFile);
        return process is null || await ProcessEnd.WaitAsync(process, stopPatience, cancellationToken);
    }

    // Nobody answers: there is none, or it waits for its last commands, or its socket was removed.
    private async Task<StopResult> EndUnseenAsync(CancellationToken cancellationToken)
    {
        using var living = LivingDaemon.TryFind(place);
        if (living is null)
            return StopResult.NotRunning;
        living.EndIfUnreachable();
        return await EndAsync(living.Record, cancellationToken);
    }

    private async Task<Frame?> AskAsync(DaemonLink link, FrameKind what, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(answerPatience);
        await link.Frames.SendAsync(SmallFrames.Empty(what), patience.Token);
        return await link.Frames.ReadAsync(patience.Token);
    }

    private static async Task<StopResult> KillAsync(PidFd process, bool terminateFirst, CancellationToken cancellationToken)
    {
        if (terminateFirst)
        {
            process.Send(Signals.Term);
            if (await ProcessEnd.WaitAsync(process, TerminatePatience, cancellationToken))
                return StopResult.Stopped;
        }
        process.Send(Signals.Kill);
        return await ProcessEnd.WaitAsync(process, KillPatience, cancellationToken)
            ? StopResult.Killed
            : throw new DaemonException("DAEMON_UNRESPONSIVE", "the daemon was killed and does not end: it waits inside the kernel", hint: null, ExitCodes.Unavailable);
    }

    private async Task<PidRecord?> AskToStopAsync(CancellationToken cancellationToken, PidRecord? only = null)
    {
        using var link = await OpenAsync(cancellationToken);
        if (link is null)
            return null;
        if (only is not null && (link.Version.Pid != only.Pid || link.Version.StartTime != only.StartTime))
            return null;
        try
        {
            await AskAsync(link, FrameKind.Stop, cancellationToken);
        }
        catch (Exception e) when (e is SocketException or WireException || e is OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            // It ends already, or hangs; its process tells which.
            Debug.WriteLine(e.Message);
        }
        return new PidRecord(link.Version.Pid, link.Version.StartTime, link.Version.Build);
    }

    private async Task<DaemonLink?> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            var socket = await DaemonDialer.ConnectAsync(place, start: null, answerPatience, cancellationToken);
            return await DaemonLink.OpenAsync(
                socket, new ClientVersion(WireLimits.ProtocolVersion, Intent.Control, place.Id, ""), default, place, answerPatience, cancellationToken);
        }
        catch (LifecycleException e) when (e.Code == "DAEMON_UNAVAILABLE")
        {
            return null;
        }
    }

    private DaemonException Unproven(Exception inner) => new(
        "DAEMON_UNRESPONSIVE",
        $"the daemon does not answer, and {place.PidFile} does not name its process",
        $"find who has {place.LockFile} open, for example with fuser(1), and end it",
        ExitCodes.Unavailable,
        inner);
}
