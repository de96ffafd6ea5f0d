using Holdfast.Terminal.Agreement.Oracle;

namespace Holdfast.Terminal.Agreement.Generated;

/// <summary>A generated case: tokens, so that one can be left out when a failure is made smaller. Immutable.</summary>
internal sealed record GeneratedCase(TerminalSize Size, IReadOnlyList<TerminalStep> Tokens)
{
    // Little, so that it overflows; more than a screen of the largest size makes when it is wrapped for the smallest.
    public const int ScrollbackLines = 50;

    public OracleCase Terminal => new(Size, Tokens, Corrected: true, ScrollbackLines);

    /// <summary>The model after all of it, fed in pieces that do not know where a token ends.</summary>
    public TerminalModel ModelInPieces(int seed)
    {
        var random = new Random(seed);
        var model = new TerminalModel(Size, new TerminalOptions { ScrollbackLines = ScrollbackLines });
        foreach (var run in Joined())
        {
            if (run.Bytes is not { } bytes)
            {
                run.ApplyTo(model);
                continue;
            }
            for (var at = 0; at < bytes.Length;)
            {
                var length = Math.Min(random.Next(1, 12), bytes.Length - at);
                model.Feed(bytes.AsSpan(at, length));
                at += length;
            }
        }
        return model;
    }

    /// <summary>The same without the borders between tokens: bytes up to a resize are one piece.</summary>
    public IEnumerable<TerminalStep> Joined()
    {
        var bytes = new List<byte>();
        foreach (var token in Tokens)
        {
            if (token.Bytes is { } more)
            {
                bytes.AddRange(more);
                continue;
            }
            if (bytes.Count > 0)
                yield return TerminalStep.Feed([.. bytes]);
            bytes.Clear();
            yield return token;
        }
        if (bytes.Count > 0)
            yield return TerminalStep.Feed([.. bytes]);
    }

    public override string ToString() => $"size {Size.Columns}x{Size.Rows}\n" + string.Join('\n', Joined());
}
