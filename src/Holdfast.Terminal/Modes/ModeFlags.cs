namespace Holdfast.Terminal.Modes;

/// <summary>The modes that are either set or reset (SM/RM, ECMA-48 7; DECSET/DECRST, ctlseqs), one bit each. The bits are part of the checkpoint's format.</summary>
[Flags]
internal enum ModeFlags : ulong
{
    None = 0,
    KeyboardLocked = 1UL << 0,
    Insert = 1UL << 1,
    SendReceive = 1UL << 2,
    LineFeedNewLine = 1UL << 3,
    ApplicationCursor = 1UL << 4,
    Column132 = 1UL << 5,
    SmoothScroll = 1UL << 6,
    ReverseScreen = 1UL << 7,
    Origin = 1UL << 8,
    AutoWrap = 1UL << 9,
    AutoRepeat = 1UL << 10,
    MouseX10 = 1UL << 11,
    CursorBlink = 1UL << 12,
    CursorVisible = 1UL << 13,
    AllowColumn132 = 1UL << 14,
    ReverseWrap = 1UL << 15,
    ApplicationKeypad = 1UL << 16,
    BackarrowIsBackspace = 1UL << 17,
    LeftRightMargins = 1UL << 18,
    MouseNormal = 1UL << 19,
    MouseButton = 1UL << 20,
    MouseAny = 1UL << 21,
    FocusEvents = 1UL << 22,
    MouseUtf8 = 1UL << 23,
    MouseSgr = 1UL << 24,
    AlternateScroll = 1UL << 25,
    MouseUrxvt = 1UL << 26,
    MousePixels = 1UL << 27,
    BracketedPaste = 1UL << 28,
    SynchronizedOutput = 1UL << 29,
    GraphemeClusters = 1UL << 30,
    ColorSchemeUpdates = 1UL << 31,
    MetaSendsEscape = 1UL << 32,
    ReverseWrapExtended = 1UL << 33,
    InBandResize = 1UL << 34,
    NoClearOnColumnChange = 1UL << 35,

    Initial = SendReceive | AutoWrap | AutoRepeat | CursorVisible,

    AllMouse = MouseX10 | MouseNormal | MouseButton | MouseAny,
    AllMouseEncodings = MouseUtf8 | MouseSgr | MouseUrxvt | MousePixels,
}
