using System.Diagnostics;

namespace Holdfast.Cli.Input;

/// <summary>
/// Stays awake for the moment between a key press and its echo: on an idle machine waking a sleeping processor costs more than all the
/// work in between. Owned by one attachment; the input thread begins and waits, the receive loop tells what it saw.
/// </summary>
internal sealed class EchoWait
{
    /// <summary>A key, also one with modifiers; more than this is pasted, and nobody waits for its echo.</summary>
    public const int KeyPressBytes = 16;

    // Several times an echo through the daemon; at ten keys a second without any echo it is 0.3% of a processor.
    private static readonly TimeSpan Most = TimeSpan.FromMicroseconds(300);

    private int _seen;
    private int _before;

    /// <summary>Output has arrived.</summary>
    public void Seen() => Interlocked.Increment(ref _seen);

    /// <summary>Call before the key is sent.</summary>
    public void Begin() => _before = Volatile.Read(ref _seen);

    /// <summary>Returns with the first output since <see cref="Begin"/>, or after a moment; others get the processor meanwhile.</summary>
    public void Wait()
    {
        var begun = Stopwatch.GetTimestamp();
        while (Volatile.Read(ref _seen) == _before && Stopwatch.GetElapsedTime(begun) < Most)
            Thread.Yield();
    }
}
