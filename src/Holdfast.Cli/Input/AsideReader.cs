using Holdfast.Linux.Events;

namespace Holdfast.Cli.Input;

/// <summary>Reads keys on a thread of its own for as long as it lives. Owned by the <see cref="TerminalWait"/>.</summary>
internal sealed class AsideReader : IDisposable
{
    private readonly KeyReader _keys;
    private readonly EventFd _stop = new();

    public AsideReader(KeyReader keys)
    {
        _keys = keys;
        new Thread(Run) { IsBackground = true, Name = "terminal input" }.Start();
    }

    // Nobody waits for the thread: it may be passing on a piece that only goes on once the daemon is back.
    public void Dispose() => _stop.Ring();

    private void Run()
    {
        ReadUntilStopped();
        _stop.Dispose();
    }

    private void ReadUntilStopped()
    {
        Span<PollEntry> entries = stackalloc PollEntry[2];
        while (true)
        {
            entries[0] = new PollEntry(_stop.Fd.Number, Readiness.Readable);
            entries[1] = KeyReader.Entry;
            var takes = _keys.Takes;
            DescriptorPoll.Wait(entries, -1);
            if (entries[0].Ready != Readiness.None || !_keys.IsOpen)
                return;
            if (entries[1].Ready != Readiness.None)
                _keys.TakeAndWait(takes);
        }
    }
}
