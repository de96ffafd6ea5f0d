namespace Holdfast.Cli.Sessions;

/// <summary>Finds what somebody may have meant, by edit distance. Stateless.</summary>
internal static class NearestName
{
    /// <summary>The nearest of <paramref name="known"/>, or <c>null</c> where even that is more another word than a slip.</summary>
    public static string? Of(string meant, IEnumerable<string> known)
    {
        // A third of the letters wrong, at least two: "wrok" finds "work", "x" does not find "build".
        var most = Math.Max(2, meant.Length / 3);
        string? nearest = null;
        foreach (var name in known)
        {
            var distance = Distance(meant, name);
            if (distance > most || distance >= Math.Max(meant.Length, name.Length))
                continue;
            most = distance - 1;
            nearest = name;
        }

        return nearest;
    }

    /// <summary>Insertions, deletions, replacements and swaps of neighbours (optimal string alignment), letters compared without case.</summary>
    public static int Distance(string a, string b)
    {
        var before = new int[b.Length + 1];
        var last = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
            last[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            var now = new int[b.Length + 1];
            now[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var change = Same(a[i - 1], b[j - 1]) ? 0 : 1;
                now[j] = Math.Min(Math.Min(now[j - 1], last[j]) + 1, last[j - 1] + change);
                if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1]))
                    now[j] = Math.Min(now[j], before[j - 2] + 1);
            }

            (before, last) = (last, now);
        }

        return last[b.Length];
    }

    private static bool Same(char a, char b) => char.ToLowerInvariant(a) == char.ToLowerInvariant(b);
}
