namespace Holdfast.Terminal.Modes;

/// <summary>Which number stands for which mode, for SM, RM, DECSET, DECRST and DECRQM. Constant data.</summary>
internal static class ModeTable
{
    /// <summary>The mode of ECMA-48 with this number; none when it is unknown.</summary>
    public static ModeFlags Ansi(int number) => number switch
    {
        2 => ModeFlags.KeyboardLocked,
        4 => ModeFlags.Insert,
        12 => ModeFlags.SendReceive,
        20 => ModeFlags.LineFeedNewLine,
        _ => ModeFlags.None,
    };

    /// <summary>The private mode with this number, where it is a plain flag.</summary>
    public static ModeFlags Private(int number) => number switch
    {
        1 => ModeFlags.ApplicationCursor,
        4 => ModeFlags.SmoothScroll,
        5 => ModeFlags.ReverseScreen,
        6 => ModeFlags.Origin,
        7 => ModeFlags.AutoWrap,
        8 => ModeFlags.AutoRepeat,
        9 => ModeFlags.MouseX10,
        12 => ModeFlags.CursorBlink,
        25 => ModeFlags.CursorVisible,
        45 => ModeFlags.ReverseWrap,
        66 => ModeFlags.ApplicationKeypad,
        67 => ModeFlags.BackarrowIsBackspace,
        69 => ModeFlags.LeftRightMargins,
        1000 => ModeFlags.MouseNormal,
        1002 => ModeFlags.MouseButton,
        1003 => ModeFlags.MouseAny,
        1004 => ModeFlags.FocusEvents,
        1005 => ModeFlags.MouseUtf8,
        1006 => ModeFlags.MouseSgr,
        1007 => ModeFlags.AlternateScroll,
        1015 => ModeFlags.MouseUrxvt,
        1016 => ModeFlags.MousePixels,
        1036 => ModeFlags.MetaSendsEscape,
        2004 => ModeFlags.BracketedPaste,
        2026 => ModeFlags.SynchronizedOutput,
        2027 => ModeFlags.GraphemeClusters,
        2031 => ModeFlags.ColorSchemeUpdates,
        2048 => ModeFlags.InBandResize,
        _ => ModeFlags.None,
    };

    /// <summary>The private modes that a snapshot sets one by one; those that move the cursor or switch screens have their own place there.</summary>
    public static ReadOnlySpan<int> PlainPrivate =>
        [1, 4, 5, 7, 8, 9, 12, 25, 45, 66, 67, 1000, 1002, 1003, 1004, 1005, 1006, 1007, 1015, 1016, 1036, 2004, 2027, 2031, 2048];
}
