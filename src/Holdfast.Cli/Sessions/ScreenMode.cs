namespace Holdfast.Cli.Sessions;

/// <summary>
/// Remembers whether a session left the user's terminal on its alternate screen, to leave it in order when detaching.
/// Owned by one attachment, used by its output task.
/// </summary>
internal sealed class ScreenMode
{
    private bool _alternate;

    private static ReadOnlySpan<byte> EnterAlternate => "\e[?1049h"u8;

    private static ReadOnlySpan<byte> LeaveAlternate => "\e[?1049l"u8;

    // Attributes, cursor, cursor keys, keypad, mouse reports, bracketed paste: harmless where nothing was changed.
    private static ReadOnlySpan<byte> Reset => "\e[0m\e[?25h\e[?1l\e>\e[?1000l\e[?1002l\e[?1003l\e[?1006l\e[?2004l\r\n"u8;

    /// <summary>What gives the terminal back as a shell expects it.</summary>
    public byte[] LeaveSequence => _alternate ? [.. LeaveAlternate, .. Reset] : [.. Reset];

    // A sequence cut in two by a chunk's border is missed; the reset above does not depend on it.
    public void See(ReadOnlySpan<byte> output)
    {
        var entered = output.LastIndexOf(EnterAlternate);
        var left = output.LastIndexOf(LeaveAlternate);
        if (entered != left)
            _alternate = entered > left;
    }
}
