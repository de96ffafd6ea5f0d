namespace Holdfast.Terminal.Agreement.Pictures;

/// <summary>Two pictures line by line, as a failure shows them. Stateless.</summary>
internal static class PictureDifference
{
    /// <summary>Fails with what differs, and what it happened to; asks for the latter only then.</summary>
    public static void Demand(string expectedName, string expected, string gotName, string got, Func<string> what)
    {
        if (Between(expectedName, expected, gotName, got) is { } difference)
            Assert.Fail($"{what()}\n{difference}");
    }

    /// <summary>The lines that only one of them has; null where they are equal.</summary>
    public static string? Between(string expectedName, string expected, string gotName, string got)
    {
        if (string.Equals(expected, got, StringComparison.Ordinal))
            return null;
        var (left, right) = (expected.Split('\n'), got.Split('\n'));
        var lines = left.Except(right).Select(l => $"  {expectedName,-9} {l}").Concat(right.Except(left).Select(l => $"  {gotName,-9} {l}")).ToList();
        return lines.Count == 0 ? "  the same lines in another order" : string.Join('\n', lines);
    }
}
