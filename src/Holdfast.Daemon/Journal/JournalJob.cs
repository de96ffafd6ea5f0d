using Holdfast.Linux;

namespace Holdfast.Daemon.Journal;

/// <summary>
/// What is to be written of one session, all of it newer than what was asked for before. Made on the loop, used up by the worker, which disposes it.
/// </summary>
public sealed record JournalJob(string Id) : IDisposable
{
    public JournalRecord? Record { get; init; }

    public ScreenCopy? Screen { get; init; }

    public OutputCopy? Output { get; init; }

    /// <summary>Nothing of the session shall be left.</summary>
    public bool Forget { get; init; }

    public void Dispose() => Output?.Dispose();
}

/// <summary>A terminal model's checkpoint at an offset. A value; the buffer is the recorder's, lent until the job is done.</summary>
public sealed record ScreenCopy(ulong Offset, ReadOnlyMemory<byte> Content);

/// <summary>Where the worker finds a range of output: in the ring's memory file, by a descriptor of its own. Used up by the worker.</summary>
public sealed record OutputCopy(Fd Ring, long DataOffset, long Capacity, ulong First, ulong End) : IDisposable
{
    public void Dispose() => Ring.Dispose();
}

/// <summary>What a job wrote. A value.</summary>
public sealed record JournalTally(int Records, int Screens, int Outputs, long Bytes)
{
    public static JournalTally Nothing { get; } = new(0, 0, 0, 0);
}
