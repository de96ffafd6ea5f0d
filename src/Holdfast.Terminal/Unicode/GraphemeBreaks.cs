using System.Text;

namespace Holdfast.Terminal.Unicode;

/// <summary>
/// Whether a scalar continues the grapheme cluster before it (UAX #29, GB6 to GB13), and how wide the cluster then is. Pure functions.
/// </summary>
internal static class GraphemeBreaks
{
    private const int EmojiPresentation = 0xFE0F;
    private const int TextPresentation = 0xFE0E;

    /// <summary>Whether <paramref name="next"/> belongs to the cluster <paramref name="cluster"/> ends with.</summary>
    public static bool Joins(ReadOnlySpan<char> cluster, int next)
    {
        var after = ScalarProperties.Of(next).Class;
        if (after is GraphemeClass.Extend or GraphemeClass.ZeroWidthJoiner or GraphemeClass.SpacingMark)
            return true;
        if (after is GraphemeClass.Other or GraphemeClass.Control || !TryLast(cluster, out var last, out var rest))
            return false;
        var before = ScalarProperties.Of(last).Class;
        return after switch
        {
            GraphemeClass.ExtendedPictographic => before == GraphemeClass.ZeroWidthJoiner && EndsInPictograph(rest),
            GraphemeClass.RegionalIndicator => before == GraphemeClass.RegionalIndicator && rest.IsEmpty,
            _ => JoinsHangul(before, after),
        };
    }

    /// <summary>The width of a cluster of <paramref name="width"/> columns after <paramref name="next"/> joined it.</summary>
    public static int WidthAfter(ReadOnlySpan<char> cluster, int width, int next)
    {
        _ = Rune.DecodeFromUtf16(cluster, out var first, out _);
        if (next == EmojiPresentation)
            return ScalarProperties.Of(first.Value).IsEmoji ? 2 : width;
        if (next == TextPresentation)
            return ScalarProperties.Of(first.Value).IsEmoji ? 1 : width;
        var properties = ScalarProperties.Of(next);
        return properties.Class == GraphemeClass.RegionalIndicator ? 2 : Math.Max(width, properties.Width);
    }

    private static bool JoinsHangul(GraphemeClass before, GraphemeClass after) => before switch
    {
        GraphemeClass.HangulL => after is GraphemeClass.HangulL or GraphemeClass.HangulV or GraphemeClass.HangulLV or GraphemeClass.HangulLVT,
        GraphemeClass.HangulLV or GraphemeClass.HangulV => after is GraphemeClass.HangulV or GraphemeClass.HangulT,
        GraphemeClass.HangulLVT or GraphemeClass.HangulT => after is GraphemeClass.HangulT,
        _ => false,
    };

    private static bool EndsInPictograph(ReadOnlySpan<char> text)
    {
        while (TryLast(text, out var last, out var rest))
        {
            var kind = ScalarProperties.Of(last).Class;
            if (kind != GraphemeClass.Extend)
                return kind == GraphemeClass.ExtendedPictographic;
            text = rest;
        }
        return false;
    }

    private static bool TryLast(ReadOnlySpan<char> text, out int last, out ReadOnlySpan<char> rest)
    {
        if (Rune.DecodeLastFromUtf16(text, out var rune, out var used) != System.Buffers.OperationStatus.Done)
        {
            last = 0;
            rest = default;
            return false;
        }
        last = rune.Value;
        rest = text[..^used];
        return true;
    }
}
