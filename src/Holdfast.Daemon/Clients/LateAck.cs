using System.Diagnostics;
using Holdfast.Protocol.Frames;
using Holdfast.Protocol.V1;

namespace Holdfast.Daemon.Clients;

/// <summary>
/// An acknowledgement of a few bytes of input that waits a moment for the echo, so that a keystroke wakes its client once and not twice.
/// What was accepted is in shared memory, so waiting risks nothing. Owned by the connection, loop thread.
/// </summary>
public sealed class LateAck
{
    /// <summary>More input than this comes from a program that may be waiting for its window.</summary>
    public const int MostInputBytes = 256;

    /// <summary>An acknowledgement as a frame, with a margin: an envelope of two numbers.</summary>
    public const int MostFrameBytes = 64;

    /// <summary>Long against an echo, short for who waits until input has arrived.</summary>
    public static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(1);

    /// <summary>Most programs echo within this; to sleep and be woken costs about half of it on a virtual machine (decision 0009).</summary>
    public static readonly TimeSpan EchoWait = TimeSpan.FromMicroseconds(150);

    private Envelope? _envelope;
    private long _since;

    public bool IsSet => _envelope is not null;

    /// <summary>How long this one may still wait; null where none does.</summary>
    public TimeSpan? Remaining => _envelope is null ? null : Wait - Stopwatch.GetElapsedTime(_since);

    /// <summary>False where another session's waits already: send this one at once.</summary>
    public bool TrySet(uint session, ulong accepted)
    {
        if (_envelope is not null && _envelope.InputAck.Session != session)
            return false;
        if (_envelope is null)
            _since = Stopwatch.GetTimestamp();
        _envelope = Of(session, accepted);
        return true;
    }

    /// <summary>Takes it as a frame; the number of bytes, 0 where none waits.</summary>
    public int Take(Span<byte> into)
    {
        if (_envelope is null)
            return 0;
        var bytes = FrameCodec.WriteControl(_envelope, into);
        _envelope = null;
        return bytes;
    }

    public Envelope? Take() => (_envelope, _envelope = null).Item1;

    public static Envelope Of(uint session, ulong accepted) =>
        new() { InputAck = new InputAckEvent { Session = session, Accepted = accepted } };
}
