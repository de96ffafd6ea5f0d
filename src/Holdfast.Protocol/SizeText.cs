using System.Globalization;

namespace Holdfast.Protocol;

/// <summary>
/// Sizes as people write them: "80x24" for a terminal, "4M" for bytes.
/// Stateless, callable from any thread.
/// </summary>
public static class SizeText
{
    /// <summary>Reads "COLUMNSxROWS", each from 1 to <see cref="ProtocolLimits.MaxTerminalSide"/>.</summary>
    public static bool TryParseTerminal(ReadOnlySpan<char> text, out uint columns, out uint rows)
    {
        rows = 0;
        columns = 0;
        var cross = text.IndexOfAny('x', 'X');
        if (cross < 0 || !TryParseDigits(text[..cross], out var left) || !TryParseDigits(text[(cross + 1)..], out var right))
            return false;
        if (left > ProtocolLimits.MaxTerminalSide || right > ProtocolLimits.MaxTerminalSide)
            return false;
        if (!ProtocolLimits.IsTerminalSize((uint)left, (uint)right))
            return false;

        columns = (uint)left;
        rows = (uint)right;
        return true;
    }

    public static string FormatTerminal(uint columns, uint rows) => $"{columns}x{rows}";

    /// <summary>Reads a number of bytes, optionally with K, M or G (1024 each); false also where it does not fit 64 bits.</summary>
    public static bool TryParseBytes(ReadOnlySpan<char> text, out ulong bytes)
    {
        bytes = 0;
        if (text.IsEmpty)
            return false;

        var shift = text[^1] switch
        {
            'k' or 'K' => 10,
            'm' or 'M' => 20,
            'g' or 'G' => 30,
            _ => 0,
        };
        var digits = shift == 0 ? text : text[..^1];
        if (!TryParseDigits(digits, out var count) || count > ulong.MaxValue >> shift)
            return false;

        bytes = count << shift;
        return true;
    }

    /// <summary>The shortest exact form: 4194304 is "4M", 1000 is "1000".</summary>
    public static string FormatBytes(ulong bytes) => bytes switch
    {
        > 0 when bytes % (1UL << 30) == 0 => $"{bytes >> 30}G",
        > 0 when bytes % (1UL << 20) == 0 => $"{bytes >> 20}M",
        > 0 when bytes % (1UL << 10) == 0 => $"{bytes >> 10}K",
        _ => bytes.ToString(CultureInfo.InvariantCulture),
    };

    // No sign, no blank, no thousands: what is accepted here is written into records and read back.
    private static bool TryParseDigits(ReadOnlySpan<char> digits, out ulong number) =>
        ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
