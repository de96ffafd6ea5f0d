namespace Holdfast.Cli.Sessions;

/// <summary>
/// What a session does to the user's terminal, and how the terminal is prepared for it and given back.
/// Owned by one attachment, used by its output task.
/// </summary>
internal sealed class ScreenMode
{
    // Both sequences below are this long.
    private const int SequenceBytes = 8;

    private readonly byte[] _tail = new byte[SequenceBytes - 1];
    private int _tailBytes;
    private bool _alternate;

    private static ReadOnlySpan<byte> EnterAlternate => "\e[?1049h"u8;

    private static ReadOnlySpan<byte> LeaveAlternate => "\e[?1049l"u8;

    // Attributes, charset, cursor and its style; cursor keys, keypad, insert, margins (which move the cursor: hence saved), wrap; mouse and focus
    // reports, bracketed paste, synchronized output, key encodings; what is below the cursor. Harmless where nothing was changed.
    private static ReadOnlySpan<byte> Reset =>
        "\e[0m\e(B\x0f\e[?25h\e[0 q\e[?1l\e>\e[4l\e7\e[?69l\e[r\e8\e[?6l\e[?7h\e[?9l\e[?1000l\e[?1002l\e[?1003l\e[?1004l\e[?1005l\e[?1006l\e[?1015l\e[?1016l\e[?2004l\e[?2026l\e[<9u\e[>4;0m\r\n\e[J"u8;

    /// <summary>What gives the terminal back as a shell expects it.</summary>
    public byte[] LeaveSequence => _alternate ? [.. LeaveAlternate, .. Reset] : [.. Reset];

    /// <summary>Moves what the terminal shows into its scrollback, so that the session's screen takes the place of nothing.</summary>
    public static byte[] EnterSequence(int rows) => [.. "\e[0m\e[r\e["u8, .. System.Text.Encoding.ASCII.GetBytes($"{rows};1H"), .. Enumerable.Repeat((byte)'\n', rows)];

    public void See(ReadOnlySpan<byte> output)
    {
        // The border of two chunks may cut a sequence.
        Span<byte> border = stackalloc byte[2 * SequenceBytes];
        _tail.AsSpan(0, _tailBytes).CopyTo(border);
        var head = output[..Math.Min(output.Length, SequenceBytes - 1)];
        head.CopyTo(border[_tailBytes..]);
        Look(border[..(_tailBytes + head.Length)]);
        Look(output);
        Keep(output, border[..(_tailBytes + head.Length)]);
    }

    private void Look(ReadOnlySpan<byte> bytes)
    {
        var entered = bytes.LastIndexOf(EnterAlternate);
        var left = bytes.LastIndexOf(LeaveAlternate);
        if (entered != left)
            _alternate = entered > left;
    }

    private void Keep(ReadOnlySpan<byte> output, ReadOnlySpan<byte> border)
    {
        var from = output.Length >= _tail.Length ? output : border;
        from = from[Math.Max(0, from.Length - _tail.Length)..];
        from.CopyTo(_tail);
        _tailBytes = from.Length;
    }
}
