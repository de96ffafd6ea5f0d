namespace Holdfast.Daemon.Sessions;

/// <summary>Short readable names for sessions that were given none. Stateless.</summary>
public static class NameMaker
{
    private static readonly string[] First =
    [
        "amber", "brisk", "calm", "clear", "deep", "early", "fair", "firm", "fresh", "green", "keen", "light", "mild", "north", "plain",
        "quick", "quiet", "rapid", "sharp", "silver", "solid", "south", "steady", "still", "swift", "tidy", "true", "warm", "west", "wide",
    ];

    private static readonly string[] Second =
    [
        "anchor", "bay", "beacon", "bridge", "brook", "cape", "cliff", "cove", "delta", "dune", "fjord", "ford", "grove", "harbor", "hill",
        "inlet", "island", "keel", "lagoon", "lake", "mast", "mesa", "mooring", "oak", "pier", "reef", "ridge", "river", "sail", "shore",
    ];

    /// <summary>A name that is free; numbered once the words run out.</summary>
    public static string Make(Func<string, bool> isFree)
    {
        for (var attempt = 0; ; attempt++)
        {
            var name = $"{Pick(First)}-{Pick(Second)}";
            // Two dozen misses say that the words are nearly used up.
            if (attempt > 24)
                name += $"-{Random.Shared.Next(1000, 100_000)}";
            if (isFree(name))
                return name;
        }
    }

    private static string Pick(string[] words) => words[Random.Shared.Next(words.Length)];
}
