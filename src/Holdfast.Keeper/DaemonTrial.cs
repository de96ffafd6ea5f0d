using System.Globalization;
using Holdfast.Linux;
using Holdfast.Linux.Events;
using Holdfast.Linux.Files;
using Holdfast.Linux.Keeping;
using Holdfast.Linux.Processes;

namespace Holdfast.Keeper;

/// <summary>How far the trial of a proposed daemon is. The numbers are part of the state that keepers hand on.</summary>
internal enum TrialStage
{
    /// <summary>The next daemon is the proposed one.</summary>
    Waiting = 0,

    /// <summary>It was started.</summary>
    Running = 1,

    /// <summary>It serves, and is the daemon of this keeper.</summary>
    Kept = 2,

    /// <summary>It did not come up.</summary>
    Undone = 3,
}

/// <summary>
/// A proposed daemon program on trial: kept once it serves, undone where it ends or hangs before. Owned by the supervisor; loop thread only.
/// </summary>
internal sealed class DaemonTrial(string program, string former, Fd? formerImage, TimeSpan patience, ReadOnlyMemory<byte> note)
{
    // Somebody may kill what he does not know; a program that is killed this often is not given another chance.
    private const int MaxKills = 3;

    private int _kills;
    private Fd? _formerImage = formerImage;
    private LoopTimer? _timer;

    public string Program => program;

    public string Former => former;

    public TrialStage Stage { get; private set; }

    /// <summary>Why it was undone.</summary>
    public string Reason { get; private set; } = "";

    public bool IsOpen => Stage is TrialStage.Waiting or TrialStage.Running;

    /// <summary>The program of the next daemon.</summary>
    public string Current => Stage == TrialStage.Undone ? former : program;

    /// <summary>
    /// The former program by itself, where its path is another file's by now: an installation that replaced it would otherwise be started again in
    /// its name. Null where the path serves.
    /// </summary>
    public Fd? Image =>
        Stage == TrialStage.Undone && _formerImage is not null
        && (FileSystem.TryStat(former, out var facts) != Errno.None || (!facts.IsSymlink && !facts.SameFile(FileSystem.Stat(_formerImage))))
            ? _formerImage
            : null;

    public static DaemonTrial? Resume(TrialState? state) => state is null ? null : new DaemonTrial(
        state.Program, state.Former, state.FormerImage >= 0 ? new Fd(state.FormerImage) : null, TimeSpan.FromMilliseconds(state.PatienceMs), state.Note)
    {
        Stage = (TrialStage)state.Stage,
        Reason = state.Reason,
    };

    public TrialState Capture() => new(program, former, _formerImage?.Number ?? -1, (int)patience.TotalMilliseconds, note.ToArray(), (int)Stage, Reason);

    /// <summary>A daemon was started; <paramref name="kill"/> where it is not ready in time.</summary>
    public void Started(Reactor reactor, Action kill)
    {
        if (!IsOpen)
            return;
        Stage = TrialStage.Running;
        _timer?.Cancel();
        _timer = reactor.After(patience, () =>
        {
            Reason = string.Create(CultureInfo.InvariantCulture, $"it was not ready within {patience.TotalSeconds:0.#} s");
            kill();
        });
    }

    public void Ready()
    {
        _timer?.Cancel();
        // Killed for being late, and ready just before.
        if (Stage != TrialStage.Running || Reason.Length > 0)
            return;
        Stage = TrialStage.Kept;
        End();
    }

    /// <summary>Nobody goes back any more.</summary>
    public void End()
    {
        _formerImage?.Dispose();
        _formerImage = null;
    }

    /// <summary>The daemon has ended; true where that ends the trial, and the former program comes back.</summary>
    public bool Ended(ExitStatus? status)
    {
        _timer?.Cancel();
        if (Stage != TrialStage.Running)
            return false;
        if (Reason.Length == 0 && status is { Signal: Signals.Kill } && ++_kills < MaxKills)
            return false;
        Undo(status is { } s
            ? s.Signal != 0 ? $"it was ended by signal {s.Signal} before it was ready" : $"it ended with exit code {s.Code} before it was ready"
            : "it ended before it was ready");
        return true;
    }

    public void Undo(string reason)
    {
        Stage = TrialStage.Undone;
        Reason = Reason.Length == 0 ? reason : Reason;
    }

    /// <summary>The welcome, with what the daemon should know of the trial.</summary>
    public ControlMessage Tell(ControlMessage welcome) => welcome with
    {
        Flags = Stage == TrialStage.Undone ? ControlFlags.Undone : ControlFlags.Proposed,
        Name = Reason,
        Note = note,
    };
}
