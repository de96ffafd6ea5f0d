using System.Globalization;
using Holdfast.Terminal.Agreement.Generated;
using Holdfast.Terminal.Agreement.Oracle;
using Holdfast.Terminal.Agreement.Pictures;

namespace Holdfast.Terminal.Agreement;

/// <summary>Twenty thousand made-up programs. HOLDFAST_AGREEMENT_CASES and HOLDFAST_AGREEMENT_SEED choose more, or others.</summary>
public sealed class GeneratedTests(OracleProcess oracle)
{
    private const int Batch = 100;

    private static readonly int Count = Number("HOLDFAST_AGREEMENT_CASES", 20_000);

    private static readonly int Seed = Number("HOLDFAST_AGREEMENT_SEED", 1);

    /// <summary>The screen is that of xterm.js; and a snapshot in mid-sequence, drawn on a terminal that showed the case before, continues the same.</summary>
    [Fact]
    public void Every_screen_and_every_snapshot_is_that_of_xtermjs()
    {
        // While the oracle works on one batch, the model goes through the next one.
        List<GeneratedRun>? asked = null;
        foreach (var seeds in Enumerable.Range(Seed, Count).Chunk(Batch))
        {
            List<GeneratedRun> next = [.. seeds.Select(seed => new GeneratedRun(seed))];
            if (asked is not null)
                Judge(asked);
            oracle.Ask([.. next.Select(r => r.Direct), .. next.Select(r => r.Redrawn)]);
            asked = next;
        }
        Judge(asked!);
    }

    private void Judge(List<GeneratedRun> runs)
    {
        var shown = oracle.Take(2 * runs.Count);
        for (var i = 0; i < runs.Count; i++)
        {
            var (run, direct, redrawn) = (runs[i], shown[i], shown[runs.Count + i]);
            if (run.Picture != GeneratedRun.Seen(direct))
                Fail(run);
            PictureDifference.Demand("direct", direct, "snapshot", redrawn, () => $"seed {run.Seed}: {run.Cut}\nall that happened:\n{run.Redrawn}");
        }
    }

    private void Fail(GeneratedRun run)
    {
        var small = Shrinker.Shrink(run.Case, c => Difference(c, run.Seed) is not null);
        Assert.Fail($"seed {run.Seed}, as small as it gets:\n{small}\n{Difference(small, run.Seed)}");
    }

    private string? Difference(GeneratedCase one, int seed) =>
        PictureDifference.Between("xterm.js", oracle.Show(one.Terminal), "model", ModelPicture.Of(one.ModelInPieces(seed)));

    private static int Number(string variable, int usual) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : usual;
}
