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

    [Fact]
    public void Every_screen_is_that_of_xtermjs()
    {
        // While the oracle works on one batch, the model goes through the one before.
        var asked = new List<(int Seed, GeneratedCase Case)>();
        foreach (var seeds in Enumerable.Range(Seed, Count).Chunk(Batch))
        {
            var shown = oracle.Take(asked.Count);
            var before = asked;
            asked = [.. seeds.Select(seed => (seed, SequenceGenerator.Make(seed)))];
            oracle.Ask(asked.ConvertAll(a => a.Case.Terminal));
            if (Different(before, shown) is { } found)
            {
                oracle.Take(asked.Count);
                Fail(found.Seed, found.Case);
            }
        }
        if (Different(asked, oracle.Take(asked.Count)) is { } last)
            Fail(last.Seed, last.Case);
    }

    /// <summary>The terminal in use is the one that showed the case before.</summary>
    [Fact]
    public void Every_snapshot_in_mid_sequence_continues_the_same()
    {
        var before = SequenceGenerator.Make(Seed + Count);
        foreach (var seeds in Enumerable.Range(Seed, Count).Chunk(Batch))
        {
            var cuts = new List<(int Seed, SnapshotCut Cut, OracleCase Case)>();
            var direct = new List<OracleCase>();
            foreach (var seed in seeds)
            {
                var terminal = SequenceGenerator.Make(seed).Terminal with { Full = true };
                var length = terminal.Steps.Sum(s => s.Bytes?.Length ?? 0);
                var cut = SnapshotCut.At(terminal, Pick(seed, length)).First();
                direct.Add(terminal);
                cuts.Add((seed, cut, seed % 4 == 0 ? cut.Fresh(corrected: true) : cut.After(before.Terminal)));
                before = SequenceGenerator.Make(seed);
            }
            var shown = oracle.Show([.. cuts.Select(c => c.Case), .. direct]);
            for (var i = 0; i < cuts.Count; i++)
            {
                var one = cuts[i];
                PictureDifference.Demand("direct", shown[cuts.Count + i], "snapshot", shown[i], () => $"seed {one.Seed}: {one.Cut}\nall that happened:\n{one.Case}");
            }
        }
    }

    private static Func<int, bool> Pick(int seed, int length)
    {
        var chosen = new Random(seed).Next(length + 1);
        return fed => fed == chosen;
    }

    private static (int Seed, GeneratedCase Case)? Different(List<(int Seed, GeneratedCase Case)> cases, IReadOnlyList<string> shown)
    {
        for (var i = 0; i < cases.Count; i++)
        {
            if (shown[i] != ModelPicture.Of(cases[i].Case.ModelInPieces(cases[i].Seed)))
                return cases[i];
        }
        return null;
    }

    private void Fail(int seed, GeneratedCase failing)
    {
        var small = Shrinker.Shrink(failing, c => Difference(c, seed) is not null);
        Assert.Fail($"seed {seed}, as small as it gets:\n{small}\n{Difference(small, seed)}");
    }

    private string? Difference(GeneratedCase one, int seed) =>
        PictureDifference.Between("xterm.js", oracle.Show(one.Terminal), "model", ModelPicture.Of(one.ModelInPieces(seed)));

    private static int Number(string variable, int usual) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : usual;
}
