using System.Runtime.InteropServices;
using Holdfast.Cli.Input;
using Holdfast.Cli.Output;
using Holdfast.Client;
using Holdfast.Linux.Pty;
using Holdfast.Linux.Tty;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Cli.Sessions;

/// <summary>
/// The user's terminal joined to a session: raw mode, output and keys on the client's receive loop, until detached or ended.
/// Made by a command for one attachment; restores the terminal however it ends.
/// </summary>
internal sealed class TerminalAttach(HoldfastClient client, SessionAttachment session, TerminalWait wait, TerminalAttachOptions options)
{
    private const int InputNumber = 0;
    private const int OutputNumber = 1;

    // A restart takes a fraction of this; who waits longer wants to know why.
    private static readonly TimeSpan SilentLoss = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan DetachPatience = TimeSpan.FromMilliseconds(500);

    private readonly TaskCompletionSource _detached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TerminalOutput _terminal = new(wait);
    private GuardedView? _guarded;
    private KeyReader? _keys;
    private bool _direct = !options.Screen || session.IsOwner;
    private bool _drawing;
    private string? _noticeOnScreen;
    private Timer? _wipe;
    private Timer? _lossNotice;
    private bool _refusalTold;

    // What had come to be shown when all of it was, and how often the terminal is lent still, at most: the receive loop's.
    private uint _shown;
    private volatile int _loans;

    // Made before any other thread can ask for it.
    private GuardedView View => _guarded!;

    public static void RequireTerminal()
    {
        if (!RawMode.IsTerminal(InputNumber) || !RawMode.IsTerminal(OutputNumber))
            throw new HoldfastException(ErrorCode.NotATerminal, "standard input and output are not both a terminal");
    }

    public static WindowSize? Size() => RawMode.SizeOf(OutputNumber) ?? RawMode.SizeOf(InputNumber);

    /// <summary>Returns the exit code of the command: 0 when detached, otherwise the session's own.</summary>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        _guarded = new GuardedView(
            options.Screen && !session.IsOwner ? new ObserverView(_terminal, session.Session) : new DirectView(_terminal, session.Session.Head, options.Screen));
        client.StateChanged += OnState;
        SessionEvent end;
        using (var raw = RawMode.Enter(InputNumber))
        using (new TerminalRestorer(raw))
        using (PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => Resize()))
        {
            if (!options.Observer && !session.IsOwner)
                NoticeOnScreen($"{OwnerText(session.Session.OwnerName)} types here: you are watching (OWNER_REQUIRED); `holdfast attach {session.Session.Name} --takeover` takes it over");
            wait.Begin(_keys = new KeyReader(TakeKeysAsync));
            if (_terminal.Blocks)
                wait.StartAside();
            var output = PrintAsync(cancellation);
            await Task.WhenAny(output, _detached.Task);
            end = output.IsCompleted ? await output : default;
            wait.End();
            View.Leave();
        }

        client.StateChanged -= OnState;
        _lossNotice?.Dispose();
        _wipe?.Dispose();
        // Nobody writes to it any more: the view was left.
        _terminal.Dispose();
        return Report(end);
    }

    private int Report(SessionEvent end)
    {
        var name = session.Session.Name;
        switch (end.Kind)
        {
            case SessionEventKind.Exited:
                StandardOutput.WriteErrorLine($"[holdfast: {name} {ExitText.Describe(end.Exit)}]");
                return ExitText.CodeOf(name, end.Exit);
            case SessionEventKind.Finalized:
                StandardOutput.WriteErrorLine($"[holdfast: {name} is gone]");
                return 0;
            default:
                StandardOutput.WriteErrorLine($"[holdfast: detached from {name}]");
                return 0;
        }
    }

    private async Task<SessionEvent> PrintAsync(CancellationToken cancellation)
    {
        // Leaves the caller's thread: what a slow terminal blocks here must not block the start of input.
        await Task.Yield();
        while (true)
        {
            // Asked first: what comes after this is not shown by what follows.
            var shown = session.FramesToShow;
            var reading = session.ReadAsync(cancellation);
            if (!reading.IsCompleted)
            {
                View.Flush();
                _shown = shown;
            }

            var next = await reading;
            switch (next.Kind)
            {
                case SessionEventKind.Output:
                    // An answer may be that to the key before; what comes to be shown ends all of it.
                    _loans = next.Shown ? Math.Max(_loans - 1, 0) : 0;
                    View.Show(next);
                    break;
                case SessionEventKind.Screen:
                    Draw(next);
                    break;
                case SessionEventKind.Reconnected when _loans > 0:
                    // The daemon that is gone may have written more than it told.
                    _loans = 0;
                    _ = DrawAgainAsync();
                    break;
                case SessionEventKind.Resized:
                    View.Resized(next);
                    break;
                case SessionEventKind.Gap when !options.Screen:
                    Notice($"{next.To - next.From} bytes of output were overwritten before they were shown");
                    break;
                case SessionEventKind.InputUncertain:
                    Notice($"the daemon was killed while it wrote input: whether {next.To - next.From} bytes arrived is not known");
                    break;
                case SessionEventKind.OwnerChanged when !options.Observer:
                    OnOwnerChanged(next.Owner!);
                    break;
                case SessionEventKind.Exited or SessionEventKind.Finalized or SessionEventKind.End:
                    View.Flush();
                    return next;
                default:
                    break;
            }
        }
    }

    // Whose size is the session's sees it as it is, everybody else as much of it as fits.
    private void Draw(SessionEvent screen)
    {
        if (!_drawing && session.IsOwner != _direct)
        {
            _direct = session.IsOwner;
            View.Switch(_direct ? new DirectView(_terminal, oldBelow: 0, redrawn: true) : new ObserverView(_terminal, session.Session));
        }

        _loans = 0;
        _drawing = screen.More;
        View.Draw(screen);
        if (!_drawing && Interlocked.Exchange(ref _noticeOnScreen, null) is { } notice)
            Notice(notice);
    }

    private Task RedrawAsync() => options.Screen ? session.RedrawAsync(scrollbackLines: 0) : Task.CompletedTask;

    // False with the detach key, and at the terminal's end.
    private async Task<bool> TakeKeysAsync(ReadOnlyMemory<byte> typed, bool idle)
    {
        var key = typed.Span.IndexOf(options.DetachKey.Byte);
        if (!options.Observer && typed.Length > 0)
            await SendAsync(key < 0 ? typed : typed[..key], lend: idle && key < 0 && MayLend);
        if (key < 0 && typed.Length > 0)
            return true;
        _ = DetachAsync();
        return false;
    }

    // The session's own terminal, with nothing to come that this process has to show first.
    private bool MayLend => session.LendsTerminal && _direct && !_drawing && _shown == session.FramesToShow;

    // What was typed before the detach key arrives before the connection ends; a program that does not read keeps nobody here.
    private async Task DetachAsync()
    {
        await WithinPatienceAsync(limit => session.FlushAsync(limit));
        // The daemon must not write behind what gives the terminal back.
        if (_loans > 0)
            await WithinPatienceAsync(limit => session.DisposeAsync().AsTask().WaitAsync(limit));
        _detached.TrySetResult();
    }

    private static async Task WithinPatienceAsync(Func<CancellationToken, Task> step)
    {
        using var limit = new CancellationTokenSource(DetachPatience);
        try
        {
            await step(limit.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or HoldfastException)
        {
            // It is told elsewhere, or nobody waits for it any more.
            _ = e;
        }
    }

    // Whoever attached to type gets the session as soon as nobody has it.
    private void OnOwnerChanged(OwnerChangedEvent changed)
    {
        if (changed.Owner.Length == 0)
            _ = TakeFreeAsync();
        else if (changed.Former == client.ClientId)
            _ = TellTakeoverAsync(changed.OwnerName);
        _refusalTold = false;
    }

    private async Task TellTakeoverAsync(string owner)
    {
        try
        {
            NoticeOnScreen($"{OwnerText(owner)} took the session over: you are watching");
            await RedrawAsync();
        }
        catch (HoldfastException e)
        {
            // The session is over, or the daemon away: both are told by themselves.
            _ = e;
        }
    }

    private async Task TakeFreeAsync()
    {
        try
        {
            await session.TakeAsync(force: false);
            NoticeOnScreen("you are the owner now");
            if (Size() is { } size)
                await ResizeAsync(size);
            await RedrawAsync();
        }
        catch (HoldfastException e)
        {
            // Somebody else was quicker, or the session is over: that is told by itself.
            _ = e;
        }
    }

    private static string OwnerText(string name) => name.Length == 0 ? "another client" : name;

    private async Task SendAsync(ReadOnlyMemory<byte> typed, bool lend)
    {
        if (!session.IsOwner && session.OwnerEpoch != 0 && typed.Length > 0)
        {
            TellRefusal();
            return;
        }

        try
        {
            _keys!.IsAnsweredElsewhere = lend;
            if (lend)
                _loans++;
            await (lend ? session.WriteLentAsync(typed, _shown) : session.WriteAsync(typed));
        }
        catch (HoldfastException e) when (e.Code is ErrorCode.SessionExited or ErrorCode.SessionGone or ErrorCode.NotAttached)
        {
            // The end of the session is told by its output.
            _ = e;
        }
        catch (HoldfastException e) when (e.Code == ErrorCode.OwnerRequired)
        {
            TellRefusal();
        }
        catch (HoldfastException e)
        {
            Notice(e.Message);
        }
    }

    // Once for each owner: somebody may be typing a whole line.
    private void TellRefusal()
    {
        if (!_refusalTold)
            Notice($"your keys are not sent: another client is the owner (OWNER_REQUIRED); `holdfast attach {session.Session.Name} --takeover` takes it over");
        _refusalTold = true;
    }

    private void Resize()
    {
        if (!session.IsOwner)
            View.Flush();
        else if (Size() is { } size)
            _ = ResizeAsync(size);
    }

    private async Task ResizeAsync(WindowSize size)
    {
        try
        {
            await client.ResizeAsync(session.Session.Id, size.Columns, size.Rows, session.OwnerEpoch);
        }
        catch (HoldfastException e)
        {
            // A session that has ended, or whose owner is another, keeps its size.
            _ = e;
        }
    }

    private void OnState(ConnectionState state)
    {
        _lossNotice?.Dispose();
        _lossNotice = null;
        if (state == ConnectionState.Reconnecting)
        {
            _lossNotice = new Timer(_ => Notice("the daemon is away; waiting for it"), null, SilentLoss, Timeout.InfiniteTimeSpan);
            wait.StartAside();
        }
        else if (!_terminal.Blocks)
        {
            wait.StopAside();
        }
    }

    // The screen that is drawn next would hide it.
    private void NoticeOnScreen(string what)
    {
        if (options.Screen)
            _noticeOnScreen = what;
        else
            Notice(what);
    }

    private void Notice(string what)
    {
        View.Notice(what);
        // It lies over something of the session's screen; a later one has its own time.
        if (options.Screen)
            Interlocked.Exchange(ref _wipe, new Timer(_ => _ = WipeAsync(), null, StatusLine.Time, Timeout.InfiniteTimeSpan))?.Dispose();
    }

    private Task WipeAsync()
    {
        View.EndNotice();
        return DrawAgainAsync();
    }

    private async Task DrawAgainAsync()
    {
        try
        {
            // Asked while the daemon is away, it is answered when it is back.
            if (session.IsOwner)
                await RedrawAsync();
        }
        catch (HoldfastException e)
        {
            // The session is over: that is told by itself.
            _ = e;
        }
    }
}
