using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using Holdfast.Terminal.Agreement.Generated;
using Holdfast.Terminal.Agreement.Pictures;

namespace Holdfast.Terminal.Agreement.Fuzz;

/// <summary>Whatever arrives: nothing is thrown, nothing hangs, and every promise about states holds. HOLDFAST_FUZZ_SECONDS says how long, HOLDFAST_FUZZ_SEED where it begins (CONTRIBUTING.md).</summary>
public sealed class FuzzTests
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(Number("HOLDFAST_FUZZ_SECONDS", 30));

    // The same in every run that does not look for more: what it fails on is then the change's doing.
    private static readonly int Seed = Number("HOLDFAST_FUZZ_SEED", 1);

    // Some kilobytes of input at most; a thousand times what they take on a busy machine.
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(10);

    // A session's memory has room for so much.
    private static readonly byte[] Slot = new byte[BoundTests.CheckpointBytes];

    [Fact]
    public void No_input_breaks_a_promise()
    {
        var start = Stopwatch.GetTimestamp();
        var done = 0;
        while (Stopwatch.GetElapsedTime(start) < Duration)
        {
            var input = HostileInput.Make(Seed + done);
            if (Broken(input, Seed + done) is { } promise)
            {
                var small = Shrinker.Shrink(input, c => Broken(c, Seed + done) is not null);
                Assert.Fail($"HOLDFAST_FUZZ_SEED={Seed + done}: {promise}\nas small as it gets: {Broken(small, Seed + done)}\n{small}");
            }
            done++;
        }
        Assert.True(done > 100, $"only {done} inputs in {Duration}");
        TestContext.Current.TestOutputHelper?.WriteLine($"{done} inputs from seed {Seed}");
    }

    private static string? Broken(GeneratedCase input, int seed)
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            var whole = input.Terminal.Model();
            if (Stopwatch.GetElapsedTime(start) > Hang)
                return $"it took {Stopwatch.GetElapsedTime(start)}";
            return Pieces(input, whole, seed) ?? Checkpoint(whole) ?? Snapshot(whole);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Any exception is the finding itself: the caller reports it with the input.
            return e.ToString();
        }
    }

    private static string? Pieces(GeneratedCase input, TerminalModel whole, int seed)
    {
        var pieces = input.ModelInPieces(seed);
        return whole.StateEquals(pieces) ? null : Differ("cutting made a difference", "whole", whole, "pieces", pieces);
    }

    private static string? Checkpoint(TerminalModel model)
    {
        var written = TerminalCheckpoint.Write(model, Slot);
        if (written.Bytes == 0 || written.DroppedLines != 0)
            return $"the checkpoint did not fit: {written}";
        var read = TerminalCheckpoint.Read(Slot.AsSpan(0, written.Bytes), new TerminalOptions { ScrollbackLines = GeneratedCase.ScrollbackLines });
        return model.StateEquals(read) ? null : Differ("the checkpoint is not exact", "written", model, "read", read);
    }

    private static string? Snapshot(TerminalModel model)
    {
        var bytes = new ArrayBufferWriter<byte>();
        TerminalSnapshot.Write(model, bytes, new SnapshotOptions { ScrollbackLines = int.MaxValue });
        var drawn = new TerminalModel(model.Size, new TerminalOptions { ScrollbackLines = GeneratedCase.ScrollbackLines });
        drawn.Feed(bytes.WrittenSpan);
        // What no sequence can say (TerminalSnapshot.Write): seams in a single row, and blanks. The text is the same.
        if (model.Size.Rows == 1 || model.Size.Columns < 3 || !SnapshotCut.CanBeSaid(model))
            return TerminalText.Screen(model) == TerminalText.Screen(drawn) ? null : Differ("the snapshot looks different", "model", model, "drawn", drawn);
        return model.StateEquals(drawn) ? null : Differ($"the snapshot is not exact: {Cases.Escaped.Write(bytes.WrittenSpan)}", "model", model, "drawn", drawn);
    }

    private static string Differ(string what, string firstName, TerminalModel first, string secondName, TerminalModel second) =>
        $"{what}\n{PictureDifference.Between(firstName, ModelPicture.Of(first), secondName, ModelPicture.Of(second)) ?? "  in what is not to be seen"}";

    private static int Number(string variable, int usual) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : usual;
}
