using Holdfast.Terminal.Modes;

namespace Holdfast.Terminal;

/// <summary>Which mouse events a program asked for (DECSET 9, 1000, 1002, 1003).</summary>
public enum MouseTracking
{
    None,
    X10,
    Normal,
    ButtonEvent,
    AnyEvent,
}

/// <summary>How mouse events are written (DECSET 1005, 1006, 1015, 1016).</summary>
public enum MouseEncoding
{
    Default,
    Utf8,
    Sgr,
    Urxvt,
    SgrPixels,
}

/// <summary>
/// The modes in force, as they were when the value was taken. A value.
/// </summary>
public readonly record struct TerminalModes
{
    private readonly ModeFlags _flags;

    internal TerminalModes(ModeFlags flags, int keyboardFlags, int modifyOtherKeys)
    {
        _flags = flags;
        KeyboardFlags = keyboardFlags;
        ModifyOtherKeys = modifyOtherKeys;
    }

    /// <summary>The flags of the kitty keyboard protocol on the active screen (CSI &gt; u and CSI = u).</summary>
    public int KeyboardFlags { get; }

    /// <summary>XTMODKEYS resource 4; 0 is off.</summary>
    public int ModifyOtherKeys { get; }

    /// <summary>IRM.</summary>
    public bool Insert => Has(ModeFlags.Insert);

    /// <summary>LNM.</summary>
    public bool LineFeedNewLine => Has(ModeFlags.LineFeedNewLine);

    /// <summary>DECCKM, mode ?1.</summary>
    public bool ApplicationCursorKeys => Has(ModeFlags.ApplicationCursor);

    /// <summary>DECNKM, mode ?66, DECKPAM.</summary>
    public bool ApplicationKeypad => Has(ModeFlags.ApplicationKeypad);

    /// <summary>DECSCNM, mode ?5.</summary>
    public bool ReverseScreen => Has(ModeFlags.ReverseScreen);

    /// <summary>DECOM, mode ?6.</summary>
    public bool Origin => Has(ModeFlags.Origin);

    /// <summary>DECAWM, mode ?7.</summary>
    public bool AutoWrap => Has(ModeFlags.AutoWrap);

    /// <summary>Mode ?45.</summary>
    public bool ReverseWrap => Has(ModeFlags.ReverseWrap);

    /// <summary>DECLRMM, mode ?69.</summary>
    public bool LeftRightMargins => Has(ModeFlags.LeftRightMargins);

    /// <summary>Mode ?1004.</summary>
    public bool FocusEvents => Has(ModeFlags.FocusEvents);

    /// <summary>Mode ?1007.</summary>
    public bool AlternateScroll => Has(ModeFlags.AlternateScroll);

    /// <summary>Mode ?2004.</summary>
    public bool BracketedPaste => Has(ModeFlags.BracketedPaste);

    /// <summary>Mode ?2026.</summary>
    public bool SynchronizedOutput => Has(ModeFlags.SynchronizedOutput);

    /// <summary>Mode ?2027.</summary>
    public bool GraphemeClusters => Has(ModeFlags.GraphemeClusters);

    /// <summary>Mode ?2031.</summary>
    public bool ColorSchemeUpdates => Has(ModeFlags.ColorSchemeUpdates);

    /// <summary>Mode ?2048.</summary>
    public bool InBandResize => Has(ModeFlags.InBandResize);

    public MouseTracking Mouse =>
        Has(ModeFlags.MouseAny) ? MouseTracking.AnyEvent
        : Has(ModeFlags.MouseButton) ? MouseTracking.ButtonEvent
        : Has(ModeFlags.MouseNormal) ? MouseTracking.Normal
        : Has(ModeFlags.MouseX10) ? MouseTracking.X10 : MouseTracking.None;

    public MouseEncoding MouseEncoding =>
        Has(ModeFlags.MousePixels) ? MouseEncoding.SgrPixels
        : Has(ModeFlags.MouseSgr) ? MouseEncoding.Sgr
        : Has(ModeFlags.MouseUrxvt) ? MouseEncoding.Urxvt
        : Has(ModeFlags.MouseUtf8) ? MouseEncoding.Utf8 : MouseEncoding.Default;

    private bool Has(ModeFlags flag) => (_flags & flag) != 0;
}
