using System.Globalization;
using System.Text;
using Holdfast.Daemon.Keepers;
using Holdfast.Daemon.Output;
using Holdfast.Daemon.Recovery;
using Holdfast.Daemon.Sessions;
using Holdfast.Linux;
using Holdfast.Linux.Events;
using Holdfast.Linux.Files;
using Holdfast.Linux.Memory;
using Holdfast.Linux.Pty;
using Holdfast.Protocol.V1;
using Holdfast.Ring;

namespace Holdfast.Chaos.Reader;

/// <summary>
/// Does what a daemon does first and most: completes the interrupted transfer, then moves a terminal's output into its ring, with the daemon's own
/// code, while another thread collects garbage. Everything that outlives it comes by descriptor. Killed by the test that started it.
/// </summary>
/// <remarks>Arguments: splice, pattern or plain; the most bytes to move; the step of the recovery at which to die, or 0.</remarks>
internal static class ChaosReader
{
    // How the test places them; 0 to 2 are as everywhere.
    private const int Terminal = 3;
    private const int PipeReadEnd = 4;
    private const int PipeWriteEnd = 5;
    private const int RecordPage = 6;
    private const int RingFile = 7;
    private const int Report = 1;
    private const int BytesPerMove = 8 * 1024;

    public static int Run(string[] arguments)
    {
        var limit = ulong.Parse(arguments[1], CultureInfo.InvariantCulture);
        var fatalStep = int.Parse(arguments[2], CultureInfo.InvariantCulture);
        var report = new Fd(Report);
        var memory = SessionMemory.Adopt(new Fd(RingFile));
        var pipe = TransferPipe.Adopt(new Fd(PipeReadEnd), new Fd(PipeWriteEnd));
        var page = SharedMapping.Map(new Fd(RecordPage), 0, TransferRecord.PageBytes);
        var record = TransferRecord.Open(page.Memory);

        var steps = new FatalSteps(new PipeReader(pipe), fatalStep);
        var outcome = TransferRecovery.Complete(record, steps, key => steps.Find(memory.Ring, key), pipe.Capacity);
        steps.Pass();
        Say(report, $"{outcome.Kind} {outcome.Bytes}\n");

        var session = new Session(new SessionRecord { Session = new SessionInfo { Id = "1" } }, memory, new HeldEntry("1", default, [memory.Fd]), SessionRules.Standalone())
        {
            Pty = new PtyMaster(new Fd(Terminal)),
        };
        ITransfer transfer = arguments[0] switch
        {
            "splice" => new SpliceTransfer(pipe, record),
            "pattern" => new PatternTransfer(record),
            _ => new PlainTransfer(),
        };
        new Thread(CollectGarbage) { IsBackground = true }.Start();
        Move(session, transfer, limit, report);
        GC.KeepAlive(page);
        return 0;
    }

    private static void Move(Session session, ITransfer transfer, ulong limit, Fd report)
    {
        using var epoll = new Epoll(1);
        epoll.Add(session.Pty!.Fd, Readiness.Readable, 1);
        var start = session.Ring.Head;
        var told = false;
        while (session.Ring.Head - start < limit)
        {
            var moved = transfer.Move(session, BytesPerMove);
            if (moved.WouldBlock)
                epoll.Wait(-1);
            else if (!moved.Ok)
                throw new LinuxException("move", moved.Error);
            else if (!told)
                Say(report, "moving\n");
            told |= moved.Ok;
        }
        // As much as the ring may take before the test has checked it: wait to be killed.
        using var never = new ManualResetEvent(initialState: false);
        never.WaitOne();
    }

    private static void CollectGarbage()
    {
        while (true)
        {
            var garbage = new byte[1000][];
            for (var i = 0; i < garbage.Length; i++)
                garbage[i] = new byte[100];
            GC.Collect(garbage.Length % 3);
        }
    }

    private static void Say(Fd report, string text) => FileSystem.Write(report, Encoding.ASCII.GetBytes(text));
}
