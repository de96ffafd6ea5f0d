using System.Runtime.InteropServices;
using Holdfast.Linux.Events;
using Holdfast.Linux.Memory;

namespace Holdfast.Linux.Keeping;

/// <summary>
/// The page that keeper and daemon share: a counter each that says "I am running", and one word over which they settle who may kill the
/// other. Created by the first keeper, lives as long as either. Each side writes its own counter alone.
/// </summary>
public sealed class BeatPage : IDisposable
{
    public const int Bytes = 4096;

    internal const string Name = "holdfast-beats";

    // A cache line each.
    private const int DaemonAt = 0;
    private const int KeeperAt = 64;
    private const int ArbiterAt = 128;
    private const int DaemonPidAt = 192;
    private const int DaemonTimeAt = 200;

    private readonly SharedMapping _mapping;

    private BeatPage(Fd fd)
    {
        Fd = fd;
        _mapping = SharedMapping.Map(fd, 0, Bytes);
    }

    public Fd Fd { get; }

    public static BeatPage Create() => new(MemoryFile.Create(Name, Bytes));

    public static BeatPage Adopt(Fd fd) => new(fd);

    public ulong DaemonBeat
    {
        get => Volatile.Read(ref Word(DaemonAt));
        set => Volatile.Write(ref Word(DaemonAt), value);
    }

    public ulong KeeperBeat
    {
        get => Volatile.Read(ref Word(KeeperAt));
        set => Volatile.Write(ref Word(KeeperAt), value);
    }

    /// <summary>The daemon's next beat. Who and when is for others to read (<see cref="BeatReading"/>): nothing is decided by it.</summary>
    public void BeatAsDaemon()
    {
        Volatile.Write(ref Word(DaemonPidAt), (ulong)Environment.ProcessId);
        Volatile.Write(ref Word(DaemonTimeAt), (ulong)Reactor.Now);
        DaemonBeat++;
    }

    internal static BeatReading Read(ReadOnlySpan<byte> page) =>
        new((int)MemoryMarshal.Read<ulong>(page[DaemonPidAt..]), (long)MemoryMarshal.Read<ulong>(page[DaemonTimeAt..]));

    /// <summary>Wins the right to kill the peer, for the process <paramref name="pid"/>; false: the other side won, do nothing.</summary>
    public bool TryClaimKill(int pid) => Interlocked.CompareExchange(ref Word(ArbiterAt), (ulong)pid, 0) == 0;

    /// <summary>By the survivor, once the dead peer was replaced.</summary>
    public void ReleaseKill() => Volatile.Write(ref Word(ArbiterAt), 0);

    public void Dispose()
    {
        _mapping.Dispose();
        Fd.Dispose();
    }

    private ref ulong Word(int at) => ref MemoryMarshal.AsRef<ulong>(_mapping.Memory.Span[at..]);
}
