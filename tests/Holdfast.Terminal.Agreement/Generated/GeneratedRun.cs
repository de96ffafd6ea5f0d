using Holdfast.Terminal.Agreement.Oracle;
using Holdfast.Terminal.Agreement.Pictures;

namespace Holdfast.Terminal.Agreement.Generated;

/// <summary>One generated case on its way through model and oracle. Immutable.</summary>
internal sealed class GeneratedRun
{
    private static readonly string[] Hidden = ["region ", "tabs ", "charsets ", "saved ", "below "];

    public GeneratedRun(int seed)
    {
        Seed = seed;
        Case = SequenceGenerator.Make(seed);
        Picture = ModelPicture.Of(Case.ModelInPieces(seed));
        Direct = Case.Terminal with { Full = true };
        var chosen = new Random(seed).Next(1 + Direct.Steps.Sum(s => s.Bytes?.Length ?? 0));
        Cut = SnapshotCut.At(Direct, fed => fed >= chosen).First();
        // Mostly on the terminal that showed the case before: that of the next lower seed.
        Redrawn = seed % 4 == 0 ? Cut.Fresh(corrected: true) : Cut.After(SequenceGenerator.Make(seed - 1).Terminal);
    }

    public int Seed { get; }

    public GeneratedCase Case { get; }

    /// <summary>What the model shows, fed in pieces.</summary>
    public string Picture { get; }

    public OracleCase Direct { get; }

    public SnapshotCut Cut { get; }

    public OracleCase Redrawn { get; }

    /// <summary>A full picture without what is not to be seen.</summary>
    public static string Seen(string full) => string.Join('\n', full.Split('\n').Where(l => !Array.Exists(Hidden, h => l.StartsWith(h, StringComparison.Ordinal))));
}
