using System.Buffers;
using Holdfast.Terminal;

namespace Holdfast.Bench;

/// <summary>What a session's model costs: empty, after a screenful, with its scrollback full; and what its checkpoint and snapshot weigh and take. Stateless.</summary>
internal static class TerminalMemory
{
    private const int Models = 64;

    private static readonly TerminalSize Size = new(80, 24);

    public static void Measure(Report report)
    {
        report.Absolute("a model 80x24, nothing fed", PerModel(_ => { }), "KB", atMost: 64);
        var screenful = TerminalInputs.All[3].Bytes.AsMemory(0, 64 * 1024);
        report.Absolute("a model 80x24, full-screen program at work", PerModel(m => m.Feed(screenful.Span)), "KB", atMost: 64);
        var log = TerminalInputs.All[4].Bytes;
        report.Fact("a model 80x24, scrollback full (10 000 lines)", $"{PerModel(m => m.Feed(log.AsSpan(0, 4 * 1024 * 1024)), 4):0} KB");
        Times(report, log);
    }

    // Kilobytes of the heap that one model holds.
    private static double PerModel(Action<TerminalModel> use, int count = Models)
    {
        var models = new TerminalModel[count];
        use(new TerminalModel(Size));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < count; i++)
        {
            models[i] = new TerminalModel(Size);
            use(models[i]);
        }
        var kilobytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / 1024.0 / count;
        GC.KeepAlive(models);
        return kilobytes;
    }

    // A checkpoint's slot is 2 MiB.
    private static void Times(Report report, byte[] log)
    {
        var model = new TerminalModel(Size);
        model.Feed(log.AsSpan(0, 4 * 1024 * 1024));
        var (write, read, snapshot) = (new Samples(), new Samples(), new Samples());
        var slot = new byte[2 * 1024 * 1024];
        var written = default(CheckpointResult);
        var drawn = new ArrayBufferWriter<byte>();
        for (var i = 0; i < 20; i++)
        {
            drawn.ResetWrittenCount();
            var start = System.Diagnostics.Stopwatch.GetTimestamp();
            written = TerminalCheckpoint.Write(model, slot);
            write.Add(System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            start = System.Diagnostics.Stopwatch.GetTimestamp();
            TerminalCheckpoint.Read(slot.AsSpan(0, written.Bytes));
            read.Add(System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            start = System.Diagnostics.Stopwatch.GetTimestamp();
            TerminalSnapshot.Write(model, drawn, new SnapshotOptions { ScrollbackLines = int.MaxValue });
            snapshot.Add(System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        report.Absolute("its checkpoint", written.Bytes / 1024.0, "KB", atMost: 2048);
        report.Fact("its checkpoint, written and read, median", $"{write.Median:0.00} ms, {read.Median:0.00} ms");
        report.Fact($"its snapshot with {model.ScrollbackCount} lines of scrollback, median", $"{snapshot.Median:0.00} ms, {drawn.WrittenCount / 1024} KB");
    }
}
