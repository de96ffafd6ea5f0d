using Holdfast.Linux.Events;

namespace Holdfast.Cli.Input;

/// <summary>
/// Reads what is typed and passes it on, one piece at a time: while the session takes no more, the terminal keeps the rest.
/// Owned by one attachment; one thread at a time takes.
/// </summary>
/// <param name="onKeys">Takes a piece, empty at the terminal's end; the bytes are its own until the task completes. False ends the reading.</param>
internal sealed class KeyReader(Func<ReadOnlyMemory<byte>, Task<bool>> onKeys)
{
    /// <summary>A key, also one with modifiers; more than this is pasted, and nobody waits for its echo.</summary>
    private const int KeyPressBytes = 16;

    private const int InputBytes = 64 * 1024;
    private const int InputNumber = 0;

    private readonly byte[] _buffer = new byte[InputBytes];
    private readonly Lock _gate = new();
    private Task<bool> _taking = Task.FromResult(true);
    private volatile bool _closed;

    /// <summary>Called when reading goes on after it had paused. From any thread.</summary>
    public Action Ready { get; set; } = static () => { };

    /// <summary>For a poll of the terminal.</summary>
    public static PollEntry Entry => new(InputNumber, Readiness.Readable);

    public bool IsOpen => !_closed;

    /// <summary>False while a piece is still being passed on, and after the end.</summary>
    public bool IsReading => !_closed && Volatile.Read(ref _taking).IsCompleted;

    /// <summary>Takes what the terminal has. True for a key press that was passed on: its echo will come at once.</summary>
    public bool Take()
    {
        lock (_gate)
        {
            // Somebody else may have taken it since it was seen.
            Span<PollEntry> entry = [Entry];
            if (!IsReading || DescriptorPoll.Wait(entry, 0) == 0)
                return false;
            var read = Read();
            var taking = onKeys(_buffer.AsMemory(0, read));
            Volatile.Write(ref _taking, taking);
            if (taking.IsCompletedSuccessfully)
                _closed |= !taking.Result;
            else
                _ = GoOnAsync(taking);
            return read is > 0 and <= KeyPressBytes;
        }
    }

    /// <summary>For a thread that has nothing else to do.</summary>
    public void TakeAndWait()
    {
        Take();
        Volatile.Read(ref _taking).Wait();
    }

    private int Read()
    {
        try
        {
            return StandardInput.Read(_buffer);
        }
        catch (IOException e)
        {
            // The terminal is gone: as good as its end.
            _ = e;
            return 0;
        }
    }

    private async Task GoOnAsync(Task<bool> taking)
    {
        _closed |= !await taking;
        Ready();
    }
}
