using System.Runtime.InteropServices;
using Holdfast.Client;
using Holdfast.Linux;
using Holdfast.Linux.Events;

namespace Holdfast.Cli.Input;

/// <summary>
/// The one wait of an attached terminal, for the daemon and for keys: a key press costs no change of threads. After one it stays awake for a moment,
/// because on an idle machine waking a sleeping processor costs more than all the work of an echo.
/// Made by the command, used by the client's receive loop, begun and ended by the attachment; lives as long as the process.
/// </summary>
internal sealed class TerminalWait : IReceiveWait
{
    // Several times an echo through the daemon, also on a slow machine; at ten keys a second without any echo it is 0.4% of a processor.
    private static readonly TimeSpan EchoTime = TimeSpan.FromMicroseconds(400);

    // One for each of the two that may wait at the same time: a bell that both heard could be silenced by the other.
    private readonly EventFd _loopBell = new();
    private readonly EventFd _writerBell = new();
    private KeyReader? _keys;
    private AsideReader? _aside;
    private readonly AwakeSpell _awake = new();
    private volatile int _loopThread;

    /// <summary>From now on keys are read, wherever this waits.</summary>
    public void Begin(KeyReader keys)
    {
        keys.Ready = Ring;
        Volatile.Write(ref _keys, keys);
        Ring();
    }

    /// <summary>No key is read any more.</summary>
    public void End()
    {
        StopAside();
        Volatile.Write(ref _keys, null);
    }

    /// <summary>Reads keys on a thread of its own until <see cref="StopAside"/>: while nobody waits here, because the daemon is away or the terminal blocks its writer.</summary>
    public void StartAside()
    {
        if (Volatile.Read(ref _keys) is { } keys)
            _aside ??= new AsideReader(keys);
    }

    public void StopAside() => Interlocked.Exchange(ref _aside, null)?.Dispose();

    public void UntilReadable(SafeHandle socket)
    {
        _loopThread = Environment.CurrentManagedThreadId;
        Until((int)socket.DangerousGetHandle(), Readiness.Readable, _loopBell, idle: true);
    }

    /// <summary>
    /// Returns when the terminal takes output again; keys are heard meanwhile, also where the output is written by another thread than the receive loop's,
    /// which may be waiting for room then.
    /// </summary>
    public void UntilWritable(Fd terminal) =>
        Until(terminal.Number, Readiness.Writable, _loopThread == Environment.CurrentManagedThreadId ? _loopBell : _writerBell, idle: false);

    private void Ring()
    {
        _loopBell.Ring();
        _writerBell.Ring();
    }

    private void Until(int number, Readiness readiness, EventFd bell, bool idle)
    {
        Span<PollEntry> entries = stackalloc PollEntry[3];
        do
        {
            entries[0] = new PollEntry(number, readiness);
            var keys = _aside is null ? Volatile.Read(ref _keys) : null;
            entries[1] = keys is { IsReading: true } ? KeyReader.Entry : PollEntry.None;
            entries[2] = new PollEntry(bell.Fd.Number, Readiness.Readable);
            var takes = keys?.Takes ?? 0;
            Poll(entries);
            if (entries[2].Ready != Readiness.None)
                bell.Clear();
            if (entries[1].Ready != Readiness.None && keys!.Take(takes, idle))
                _awake.Begin(EchoTime);
        }
        while (entries[0].Ready == Readiness.None);
        _awake.End();
    }

    private void Poll(Span<PollEntry> entries)
    {
        // Others first: nothing answers before it had the processor.
        while (_awake.Yield())
        {
            if (DescriptorPoll.Wait(entries, 0) > 0)
                return;
        }

        DescriptorPoll.Wait(entries, -1);
    }
}
