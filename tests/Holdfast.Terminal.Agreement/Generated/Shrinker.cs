namespace Holdfast.Terminal.Agreement.Generated;

/// <summary>Makes a failing case as small as it gets while it still fails: fewer tokens, then a smaller screen. Stateless.</summary>
internal static class Shrinker
{
    public static GeneratedCase Shrink(GeneratedCase failing, Func<GeneratedCase, bool> stillFails)
    {
        // Leave out halves, quarters, and so on down to single tokens; start over while something goes.
        for (var length = Math.Max(failing.Tokens.Count / 2, 1); length > 0; length = length == 1 ? 0 : length / 2)
        {
            for (var at = 0; at < failing.Tokens.Count;)
            {
                var smaller = failing with { Tokens = [.. failing.Tokens.Take(at), .. failing.Tokens.Skip(at + length)] };
                if (stillFails(smaller))
                    failing = smaller;
                else
                    at += length;
            }
        }
        foreach (var size in new[] { failing.Size with { Rows = 2 }, failing.Size with { Rows = 3 }, failing.Size with { Columns = 4 }, failing.Size with { Columns = 6 } })
        {
            if (size.Rows <= failing.Size.Rows && size.Columns <= failing.Size.Columns && size != failing.Size && stillFails(failing with { Size = size }))
                failing = failing with { Size = size };
        }
        return failing;
    }
}
