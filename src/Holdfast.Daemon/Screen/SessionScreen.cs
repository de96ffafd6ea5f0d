using Holdfast.Daemon.Health;
using Holdfast.Ring;
using Holdfast.Terminal;
using Microsoft.Extensions.Logging;

namespace Holdfast.Daemon.Screen;

/// <summary>
/// One session's screen: the terminal model, fed from the ring, and its checkpoints, from which the next daemon (or this one, after it let an
/// idle model go) makes the same model again. Owned by the session, loop thread; the model exists only while it is of use.
/// </summary>
public sealed class SessionScreen
{
    // Of a ring; about what a new daemon has to feed at most: milliseconds. Half a ring is still held when the next one is due.
    private const ulong CheckpointShare = 2;

    // A fraction of a microsecond's work, or a few for the dearest sequences; a system call is about one.
    private const int LittleBytes = 64;

    // How far the model may stay behind while others want the loop; of a small ring an eighth.
    private const int MostBehindBytes = 512 * 1024;
    private const int MostBehindShare = 8;

    // A fraction of a millisecond, also of what is slowest to feed.
    private const int SliceBytes = 8 * 1024;

    // Plain lines wait until there are so many, or no more come: at once the model takes them in half the time. Of a small ring an eighth.
    private const int MostWaitingBytes = 64 * 1024;

    // With both screens it fits a checkpoint's slot of 2 MiB.
    private const long MostScrollbackBytes = 1536 * 1024;

    private readonly SessionRing _ring;
    private readonly QueryAnswers _answers;
    private readonly TerminalOptions _options;
    private readonly DaemonCounters _counters;
    private readonly ILogger _log;
    private TerminalModel? _model;
    private ulong _fedTo;
    private ulong? _checkpointAt;
    private ulong _sizesSeen;

    // Output up to here was looked at, and is to be fed as soon as nobody waits; what lies between is plain lines.
    private ulong _seenTo;
    private ulong _dueTo;
    private bool _dueIsPlain;

    public SessionScreen(SessionRing ring, QueryAnswers answers, DaemonCounters counters, ILogger log)
    {
        (_ring, _answers, _counters, _log) = (ring, answers, counters, log);
        _options = new TerminalOptions
        {
            // Of a small ring's screen a checkpoint is due often, so it must be small as well.
            ScrollbackBytes = (int)Math.Min(MostScrollbackBytes, ring.Capacity / 2),
            Identification = $"Holdfast({BuildFacts.Version})",
        };
    }

    /// <summary>The model with all output in it. Valid until output arrives.</summary>
    public TerminalModel Current
    {
        get
        {
            Feed();
            return _model!;
        }
    }

    /// <summary>Brings the model up to the head.</summary>
    public void Feed() => Feed(_ring.Head);

    /// <summary>Brings the model a little nearer to the head; from a former daemon's checkpoint, and over a change of size, at once.</summary>
    public void FeedSlice() => Feed(IsStale ? _ring.Head : Math.Min(_ring.Head, _fedTo + (ulong)(_dueIsPlain ? MostWaitingBytes : SliceBytes)));

    /// <summary>Output has come. That of a stream may wait where it is plain lines, of which nobody hears anything from the model.</summary>
    public void Look(bool streams)
    {
        var head = _ring.Head;
        var from = Math.Max(_seenTo, _fedTo);
        _seenTo = head;
        if (IsStale || from >= head)
            return;
        // Behind what is due the model may stand in the midst of a sequence.
        var plain = streams && _fedTo >= _dueTo && _model!.MayWait(_ring.Read(from, (int)(head - from)));
        if (!plain || head - _fedTo >= (ulong)Math.Min(MostWaitingBytes, _ring.Capacity / MostBehindShare))
            (_dueTo, _dueIsPlain) = (head, plain);
    }

    /// <summary>Whether output is to be fed, other than what may wait for more.</summary>
    public bool IsBehind => IsStale || _fedTo < Math.Min(_dueTo, _ring.Head);

    /// <summary>What is to be fed takes no longer than to ask whether somebody waits for the loop: an echo.</summary>
    public bool IsHardlyBehind => !IsStale && Math.Min(_dueTo, _ring.Head) - _fedTo <= LittleBytes;

    /// <summary>Whether output waits for more to come.</summary>
    public bool Waits => !IsStale && !IsBehind && _fedTo < _ring.Head;

    /// <summary>No more comes: what waits is to be fed.</summary>
    public void EndWait() => (_dueTo, _dueIsPlain) = (_ring.Head, false);

    private bool IsStale => _model is null || _ring.Sizes.Count != _sizesSeen;

    /// <summary>It must be fed before more output is moved, whoever waits.</summary>
    public bool IsFarBehind => _model is not null && _ring.Head - _fedTo > (ulong)Math.Min(MostBehindBytes, _ring.Capacity / MostBehindShare);

    private void Feed(ulong end)
    {
        if (_model is null)
            Restore();
        if (_ring.Sizes.Count != _sizesSeen)
            FollowSizes();
        FeedTo(end);
        if (_fedTo - (_checkpointAt ?? 0) >= (ulong)_ring.Capacity / CheckpointShare)
            WriteCheckpoint();
    }

    /// <summary>Output up to <paramref name="end"/> is about to be written: nothing the model still needs may go.</summary>
    public void MakeRoom(ulong end)
    {
        if (_model is not null && end - _fedTo > (ulong)_ring.Capacity)
            Feed();
    }

    /// <summary>Lets the model of a quiet session go; its checkpoint stays.</summary>
    public void Release()
    {
        if (_model is null)
            return;
        Feed();
        if (_checkpointAt != _fedTo)
            WriteCheckpoint();
        if (_checkpointAt == _fedTo)
            LetGo();
    }

    /// <summary>The session is forgotten, and its screen with it.</summary>
    public void End()
    {
        if (_model is not null)
            LetGo();
    }

    private void LetGo()
    {
        _model = null;
        _counters.ModelsLetGo++;
    }

    /// <summary>The screen as of the head, as a checkpoint; valid until the next one is written. False where it has never fitted.</summary>
    public bool TryCheckpoint(out ulong offset, out ReadOnlySpan<byte> content)
    {
        // That of a quiet session says all there is, without its model.
        if (_model is null && _ring.Checkpoints.TryRead(out offset, out content) && offset == _ring.Head)
            return true;
        Feed();
        if (_checkpointAt != _fedTo)
            WriteCheckpoint();
        return _ring.Checkpoints.TryRead(out offset, out content);
    }

    // The size in force comes first, and is the model's already: to take it again changes nothing.
    private void FollowSizes()
    {
        // A size a former daemon knew was told to the program then.
        var live = _sizesSeen != 0;
        foreach (var size in _ring.Sizes.From(_fedTo))
        {
            FeedTo(size.Offset);
            _answers.Fresh = live;
            _model!.Resize(new TerminalSize(size.Cols, size.Rows));
        }
        _answers.Send();
        _sizesSeen = _ring.Sizes.Count;
    }

    private void FeedTo(ulong end)
    {
        // Below this a former daemon has answered, or a terminal has: the answers of a second look are nobody's.
        FeedPiece(Math.Min(end, _ring.AnsweredTo), fresh: false);
        FeedPiece(end, fresh: true);
    }

    private void FeedPiece(ulong end, bool fresh)
    {
        if (end <= _fedTo)
            return;
        _answers.Fresh = fresh;
        _model!.Feed(_ring.Read(_fedTo, (int)(end - _fedTo)));
        _fedTo = end;
        if (!fresh)
            return;
        // Stored before anything is answered: who is killed in between answers too little, never twice.
        _ring.AnsweredTo = end;
        _answers.Send();
    }

    private void Restore()
    {
        if (_ring.Checkpoints.TryRead(out var offset, out var content)
            && offset >= _ring.RetainedFrom && offset <= _ring.Head && TryRead(content) is { } model)
        {
            (_model, _fedTo, _checkpointAt) = (model, offset, offset);
        }
        else
        {
            // All output, or as much of it as is held: only a checkpoint knows more.
            (_fedTo, _checkpointAt) = (_ring.RetainedFrom, null);
            var size = _ring.Sizes.InForceAt(_fedTo);
            _model = new TerminalModel(size.Cols == 0 ? TerminalSize.Default : new TerminalSize(size.Cols, size.Rows), _options);
        }
        _sizesSeen = 0;
        _model.Listener = _answers;
    }

    private TerminalModel? TryRead(ReadOnlySpan<byte> content)
    {
        try
        {
            return TerminalCheckpoint.Read(content, _options);
        }
        catch (FormatException e)
        {
            // Written by a later version: the ring still has what came after it.
            _log.CheckpointUnusable(e.Message);
            return null;
        }
    }

    private void WriteCheckpoint()
    {
        var written = TerminalCheckpoint.Write(_model!, _ring.Checkpoints.Begin());
        if (written.Bytes == 0)
            return;
        _ring.Checkpoints.Publish(_fedTo, written.Bytes);
        _checkpointAt = _fedTo;
    }
}
