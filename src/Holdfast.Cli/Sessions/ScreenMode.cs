namespace Holdfast.Cli.Sessions;

/// <summary>
/// What a session does to the user's terminal, and how the terminal is prepared for it and given back.
/// Owned by one attachment, used by its output task.
/// </summary>
internal sealed class ScreenMode
{
    // Longer than any list of modes that a program sets at once.
    private const int MostHeld = 64;

    private readonly byte[] _held = new byte[MostHeld];
    private int _heldBytes;
    private bool _alternate;

    private static ReadOnlySpan<byte> LeaveAlternate => "\e[?1049l"u8;

    // Attributes, charset, cursor and its style; cursor keys, keypad, insert, margins (which move the cursor: hence saved), wrap; mouse and focus
    // reports, bracketed paste, synchronized output, key encodings; what is below the cursor. Harmless where nothing was changed.
    private static ReadOnlySpan<byte> Reset =>
        "\e[0m\e(B\x0f\e[?25h\e[0 q\e[?1l\e>\e[4l\e7\e[?69l\e[r\e8\e[?6l\e[?7h\e[?9l\e[?1000l\e[?1002l\e[?1003l\e[?1004l\e[?1005l\e[?1006l\e[?1015l\e[?1016l\e[?2004l\e[?2026l\e[<9u\e[>4;0m\r\n\e[J"u8;

    /// <summary>What gives the terminal back as a shell expects it.</summary>
    public byte[] LeaveSequence => _alternate ? [.. LeaveAlternate, .. Reset] : [.. Reset];

    /// <summary>Moves what the terminal shows into its scrollback, so that the session's screen takes the place of nothing.</summary>
    public static byte[] EnterSequence(int rows) => [.. "\e[0m\e[r\e["u8, .. System.Text.Encoding.ASCII.GetBytes($"{rows};1H"), .. Enumerable.Repeat((byte)'\n', rows)];

    /// <summary>Follows the switches to the alternate screen and back (modes 47, 1047, 1049), wherever output is cut.</summary>
    public void See(ReadOnlySpan<byte> output)
    {
        if (_heldBytes > 0)
        {
            Span<byte> border = stackalloc byte[2 * MostHeld];
            _held.AsSpan(0, _heldBytes).CopyTo(border);
            var more = output[..Math.Min(output.Length, MostHeld)];
            more.CopyTo(border[_heldBytes..]);
            var joined = border[..(_heldBytes + more.Length)];
            _heldBytes = 0;
            // What follows the sequence is looked at below.
            Look(joined[..Math.Min(joined.Length, EndOfSequence(joined))]);
        }

        Look(output);
    }

    private void Look(ReadOnlySpan<byte> bytes)
    {
        while (bytes.IndexOf((byte)'\e') is var at and >= 0)
        {
            bytes = bytes[at..];
            var end = EndOfSequence(bytes);
            if (end > bytes.Length)
            {
                Hold(bytes);
                return;
            }

            if (bytes.StartsWith("\e[?"u8) && bytes[end - 1] is (byte)'h' or (byte)'l' && HasAlternate(bytes[3..(end - 1)]))
                _alternate = bytes[end - 1] == 'h';
            bytes = bytes[end..];
        }
    }

    // More than there is: its end has not come yet.
    private static int EndOfSequence(ReadOnlySpan<byte> sequence)
    {
        if (sequence.Length < 2)
            return sequence.Length + 1;
        if (sequence[1] != '[')
            return 1;
        for (var i = 2; i < sequence.Length; i++)
        {
            if (sequence[i] is < 0x20 or > 0x3F)
                return i + 1;
        }

        return sequence.Length + 1;
    }

    private static bool HasAlternate(ReadOnlySpan<byte> modes)
    {
        foreach (var range in modes.Split((byte)';'))
        {
            var mode = modes[range];
            if (mode.SequenceEqual("47"u8) || mode.SequenceEqual("1047"u8) || mode.SequenceEqual("1049"u8))
                return true;
        }

        return false;
    }

    private void Hold(ReadOnlySpan<byte> rest)
    {
        _heldBytes = rest.Length <= MostHeld ? rest.Length : 0;
        rest[.._heldBytes].CopyTo(_held);
    }
}
