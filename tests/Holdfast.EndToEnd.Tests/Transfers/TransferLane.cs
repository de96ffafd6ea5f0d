using System.Globalization;
using Holdfast.Daemon.Output;
using Holdfast.Daemon.Recovery;
using Holdfast.Daemon.Sessions;
using Holdfast.Linux;
using Holdfast.Linux.Events;
using Holdfast.Linux.Files;
using Holdfast.Linux.Memory;
using Holdfast.Linux.Pty;
using Holdfast.Linux.Spawn;
using Holdfast.Ring;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Transfers;

/// <summary>
/// A terminal under full output whose readers are killed one after the other. Owned by one test, one thread; holds what outlives the readers, as
/// the keeper does.
/// </summary>
internal sealed class TransferLane : IDisposable
{
    private const int RingBytes = 4 * 1024 * 1024;

    // What one reader may move before the test has looked at it.
    private const int MostPerReader = RingBytes / 4;

    // A recovery passes about ten steps; beyond them the reader lives on.
    private const int MostSteps = 14;

    private static readonly string ReaderPath = Path.Combine(AppContext.BaseDirectory, "Holdfast.Chaos.Reader");

    private readonly string _kind;
    private readonly Random _random;
    private readonly PtyPair _terminal = PtyPair.Open(new WindowSize(80, 24));
    private readonly SessionMemory _memory = SessionMemory.Create("1", 1, RingBytes);
    private readonly TransferPipe _pipe = TransferPipe.Create();
    private readonly Fd _page = MemoryFile.Create("transfer", TransferRecord.PageBytes);
    private readonly SharedMapping _mapping;
    private readonly TransferRecord _record;
    private readonly NumberedLines _seen = new();
    private readonly ReaderProcess _writer;

    public TransferLane(string kind, int seed)
    {
        _kind = kind;
        _random = new Random(seed);
        _mapping = SharedMapping.Map(_page, 0, TransferRecord.PageBytes);
        _record = TransferRecord.Format(_mapping.Memory);
        // The slave as descriptor 3: the program is told where to write, and the test keeps the terminal alive.
        _writer = new ReaderProcess(["/bin/sh", "-c", "stty raw -echo <&3; exec seq 1 9999999999 >&3"], _terminal.Slave);
    }

    public int Rounds { get; private set; }

    public int KilledInRecovery { get; private set; }

    /// <summary>Rounds in which a reader found bytes of the one before it.</summary>
    public int RoundsWithRecovery { get; private set; }

    public long Bytes => _seen.Bytes;

    /// <summary>One reader's life, and a look at what it left.</summary>
    /// <exception cref="InvalidDataException">A byte is lost, repeated or wrong.</exception>
    public void Round()
    {
        Rounds++;
        var fatal = Rounds % 3 == 0 ? _random.Next(1, MostSteps) : 0;
        var command = new[] { ReaderPath, _kind, MostPerReader.ToString(CultureInfo.InvariantCulture), fatal.ToString(CultureInfo.InvariantCulture) };
        using (var reader = new ReaderProcess(command, _terminal.Master.Fd, _pipe.ReadEnd, _pipe.WriteEnd, _page, _memory.Fd))
        {
            if (reader.ReadLine() is not { } recovered)
                KilledInRecovery++;
            else
                LetRun(reader, recovered);
            reader.Kill();
        }
        Check();
    }

    /// <summary>Completes what the last reader left, and reads on: the bytes behind it must follow.</summary>
    public void Finish()
    {
        TransferRecovery.Complete(_record, new PipeReader(_pipe), _ => _memory.Ring, _pipe.Capacity);
        Check();
        var before = _seen.Bytes;
        var transfer = new SpliceTransfer(_pipe, _record);
        var session = new Session(new Protocol.V1.SessionRecord { Session = new() { Id = "1" } }, _memory, new("1", default, []), SessionRules.Standalone()) { Pty = _terminal.Master };
        while (_seen.Bytes < before + MostPerReader)
        {
            var moved = transfer.Move(session, 4096);
            if (moved.WouldBlock)
                ReaderProcess.Await(_terminal.Master.Fd, DaemonProcess.Deadline);
            Check();
        }
    }

    public void Dispose()
    {
        _writer.Dispose();
        _memory.Dispose();
        _mapping.Dispose();
        _page.Dispose();
        _pipe.Dispose();
        _terminal.Slave.Dispose();
        _terminal.Master.Dispose();
    }

    private void LetRun(ReaderProcess reader, string recovered)
    {
        if (recovered.StartsWith("Drained", StringComparison.Ordinal))
            throw new InvalidDataException($"the recovery gave bytes up: {recovered}");
        if (recovered.StartsWith("Completed", StringComparison.Ordinal) && !recovered.EndsWith(" 0", StringComparison.Ordinal))
            RoundsWithRecovery++;
        if (reader.ReadLine() != "moving")
            throw new InvalidOperationException("the reader ended by itself");
        using var moment = new TimerFd();
        moment.SetPeriod(TimeSpan.FromMicroseconds(_random.Next(1, 4000)));
        ReaderProcess.Await(moment.Fd, DaemonProcess.Deadline);
    }

    private void Check()
    {
        var ring = _memory.Ring;
        var from = (ulong)_seen.Bytes;
        _seen.Accept(ring.Read(from, (int)(ring.Head - from)));
    }
}
