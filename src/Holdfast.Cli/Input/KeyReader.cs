using Holdfast.Linux.Events;

namespace Holdfast.Cli.Input;

/// <summary>
/// Reads what is typed and passes it on, one piece at a time: while the session takes no more, the terminal keeps the rest.
/// Owned by one attachment; one thread at a time takes.
/// </summary>
/// <param name="onKeys">
/// Takes a piece, empty at the terminal's end, and whether it is a key press at a moment when everything received was shown; the bytes are its own until
/// the task completes. False ends the reading.
/// </param>
internal sealed class KeyReader(Func<ReadOnlyMemory<byte>, bool, Task<bool>> onKeys)
{
    /// <summary>A key, also one with modifiers; more than this is pasted, and nobody waits for its echo.</summary>
    private const int KeyPressBytes = 16;

    private const int InputBytes = 64 * 1024;
    private const int InputNumber = 0;

    private readonly byte[] _buffer = new byte[InputBytes];
    private readonly Lock _gate = new();
    private Task<bool> _taking = Task.FromResult(true);
    private volatile bool _closed;
    private int _takes;

    /// <summary>Called when reading goes on after it had paused. From any thread.</summary>
    public Action Ready { get; set; } = static () => { };

    /// <summary>For a poll of the terminal.</summary>
    public static PollEntry Entry => new(InputNumber, Readiness.Readable);

    public bool IsOpen => !_closed;

    /// <summary>Set by who takes a key press: the answer does not come here first.</summary>
    public bool IsAnsweredElsewhere { get; set; }

    /// <summary>False while a piece is still being passed on, and after the end.</summary>
    public bool IsReading => !_closed && Volatile.Read(ref _taking).IsCompleted;

    /// <summary>How often something was taken: a look at the terminal is worth what it says only while this stays the same.</summary>
    public int Takes => Volatile.Read(ref _takes);

    /// <summary>Takes what the terminal was seen to have when <see cref="Takes"/> was so many. True for a key press that was passed on, whose echo will come here at once.</summary>
    /// <param name="takes">As it was before the look.</param>
    /// <param name="idle">Everything that was received was shown, and nothing is by another thread.</param>
    public bool Take(int takes, bool idle)
    {
        lock (_gate)
        {
            // Where somebody else took it meanwhile, a read would wait for the next key.
            if (!IsReading || (takes != _takes && !HasKeys()))
                return false;
            var read = Read();
            Volatile.Write(ref _takes, _takes + 1);
            IsAnsweredElsewhere = false;
            var taking = onKeys(_buffer.AsMemory(0, read), idle && read <= KeyPressBytes);
            Volatile.Write(ref _taking, taking);
            if (taking.IsCompletedSuccessfully)
                _closed |= !taking.Result;
            else
                _ = GoOnAsync(taking);
            return read is > 0 and <= KeyPressBytes && !IsAnsweredElsewhere;
        }
    }

    /// <summary>For a thread that has nothing else to do.</summary>
    public void TakeAndWait(int takes)
    {
        Take(takes, idle: false);
        Volatile.Read(ref _taking).Wait();
    }

    private static bool HasKeys()
    {
        Span<PollEntry> entry = [Entry];
        return DescriptorPoll.Wait(entry, 0) > 0;
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
