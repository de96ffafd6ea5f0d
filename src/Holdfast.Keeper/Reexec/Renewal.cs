using Holdfast.Linux;
using Holdfast.Linux.Events;
using Holdfast.Linux.Files;
using Holdfast.Linux.Keeping;
using Holdfast.Linux.Processes;

namespace Holdfast.Keeper;

/// <summary>
/// Carries out a Reexecute: looks at the program, asks it by a preflight, waits for a settled moment, and becomes it. Whatever speaks
/// against it is answered, and this keeper goes on. Owned by the keeper's loop for its life; that thread alone.
/// </summary>
internal sealed class Renewal(
    Reactor reactor, DaemonLink link, SpawnWorker spawner, ChildLimits limits, IReadOnlyList<string> arguments, KeeperLog log)
{
    private static readonly TimeSpan PreflightPatience = TimeSpan.FromSeconds(5);

    // For the spawns under way and the messages that the daemon has not read: both take milliseconds.
    private static readonly TimeSpan SettlePatience = TimeSpan.FromSeconds(2);

    // The preflight's SIGCHLD has the runtime start a thread, which the kernel refuses during an execve(2) (EAGAIN); the runtime then ends the process.
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan SettleLook = TimeSpan.FromMilliseconds(5);

    private ControlMessage? _request;
    private Fd? _image;
    private Preflight? _preflight;
    private KeptProcess? _child;
    private LoopTimer? _patience;
    private Registration? _childEnd;

    /// <summary>The state as of now, with descriptors of the new and the former program.</summary>
    public required Func<(uint Request, Fd Image, Fd Former), KeeperState> Capture { get; init; }

    /// <summary>False while this keeper has something else to do than to be replaced.</summary>
    public required Func<bool> MayBegin { get; init; }

    public bool IsChild(int pid) => _child?.Pid == pid;

    public void Begin(ControlMessage request, Fd image)
    {
        var refused = _request is not null || !MayBegin() ? Errno.EBUSY : Look(image);
        if (refused != Errno.None)
        {
            image.Dispose();
            Answer(request, refused, "the file is not a program of this user or of root, or the keeper is busy");
            return;
        }
        (_request, _image) = (request, image);
        log.Info($"renewal-begins program={request.Name}");
        using var former = ProgramImage.OpenOwn();
        _preflight = new Preflight(Capture((request.Request, image, former)));
        spawner.Start(_preflight.Job(image, request.Name, arguments, limits, OnStarted));
    }

    // Who may write the program is who may write what this user runs.
    private static Errno Look(Fd image)
    {
        var facts = FileSystem.Stat(image);
        return !facts.IsRegular ? Errno.EACCES
            : (facts.Permissions & 0x49) == 0 ? Errno.EACCES // no x for anybody
            : facts.Owner != 0 && facts.Owner != CurrentProcess.EffectiveUser ? Errno.EPERM
            : Errno.None;
    }

    private void OnStarted(SpawnOutcome outcome)
    {
        if (outcome.Handle is not { } handle)
        {
            Refuse(outcome.Error, "the program cannot be executed");
            return;
        }
        _child = new KeptProcess(outcome.Pid, handle);
        _patience = reactor.After(PreflightPatience, () => _child.Signal(Signals.Kill, group: false));
        _childEnd = reactor.Add(handle.Fd, Readiness.Readable, new WhenReady(OnPreflightEnded));
    }

    private void OnPreflightEnded()
    {
        _childEnd!.Dispose();
        var late = _patience!.Cancelled;
        _patience.Cancel();
        var known = _child!.Handle.QueryChild(reap: true, out var status) == ExitQuery.Known;
        _child.Handle.Dispose();
        _child = null;
        if (late)
            Refuse(Errno.ETIMEDOUT, "its preflight did not end in time");
        else if (!known || status is not { Code: 0, Signal: 0 } || !_preflight!.Passed)
            Refuse(Errno.ENOEXEC, status.Signal != 0 ? $"its preflight was ended by signal {status.Signal}" : $"its preflight did not pass (exit code {status.Code}); the keeper's log may say why");
        else
            reactor.After(Quiet, () => Settle(Reactor.Now + (long)SettlePatience.TotalMilliseconds));
    }

    private void Settle(long until)
    {
        if (!MayBegin() || !link.Open)
        {
            Refuse(Errno.EBUSY, "the daemon went away meanwhile");
            return;
        }
        if (spawner.Idle && link.Backlog == 0)
            Become();
        else if (Reactor.Now >= until)
            Refuse(Errno.EBUSY, "a program is being started that does not start, or the daemon does not read");
        else
            reactor.After(SettleLook, () => Settle(until));
    }

    private void Become()
    {
        var request = _request!;
        link.Send(new ControlMessage(ControlKind.Executing) { Request = request.Request });
        log.Info($"renewal-executes program={request.Name}");
        using var former = ProgramImage.OpenOwn();
        var error = KeeperImage.Become(request.Name, _image!, Capture((request.Request, _image!, former)), arguments);
        Refuse(error, "the program cannot be executed");
    }

    private void Refuse(Errno error, string reason)
    {
        var request = _request!;
        _request = null;
        _image!.Dispose();
        _preflight!.Dispose();
        Answer(request, error, reason);
    }

    private void Answer(ControlMessage request, Errno error, string reason)
    {
        log.Warn($"renewal-refused program={request.Name} error={error} reason={reason}");
        link.Send(new ControlMessage(ControlKind.Answer)
        {
            Request = request.Request,
            Name = request.Name,
            Value = (int)error,
            Note = System.Text.Encoding.UTF8.GetBytes(reason),
        });
    }
}
