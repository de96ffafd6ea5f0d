using Holdfast.Terminal.Screen;

namespace Holdfast.Terminal.Modes;

/// <summary>DECSTR and RIS. Part of one model.</summary>
internal sealed class ResetSwitch(TerminalState state, ModeSwitch modes, RectangleEditor rectangles)
{
    // What DECSTR leaves alone: which mouse events are sent, how the keyboard repeats, what the user sees as colours.
    private const ModeFlags KeptBySoftReset =
        ModeFlags.BracketedPaste | ModeFlags.FocusEvents | ModeFlags.SynchronizedOutput | ModeFlags.ReverseWrap | ModeFlags.AllMouse | ModeFlags.AllMouseEncodings | ModeFlags.ReverseScreen | ModeFlags.SmoothScroll | ModeFlags.SendReceive
        | ModeFlags.LineFeedNewLine | ModeFlags.AutoRepeat | ModeFlags.CursorBlink | ModeFlags.AlternateScroll
        | ModeFlags.GraphemeClusters | ModeFlags.ColorSchemeUpdates | ModeFlags.MetaSendsEscape | ModeFlags.InBandResize;

    /// <summary>DECSTR: modes, margins, pen and charsets as at the start; screen and cursor stay.</summary>
    public void Soft()
    {
        state.Modes = (state.Modes & KeptBySoftReset) | (ModeFlags.Initial & ~KeptBySoftReset);
        state.ResetMargins();
        state.Pen = default;
        state.Charsets = default;
        state.Active.Saved = SavedCursor.Initial;
        state.Keyboard.Reset();
        state.ModifyOtherKeys = 0;
    }

    /// <summary>RIS: everything as at the start; what was scrolled away is forgotten too.</summary>
    public void Hard()
    {
        state.LeaveAlternate(keep: false);
        state.DropAlternate();
        state.Modes = ModeFlags.Initial;
        modes.SavedModes = ModeFlags.Initial;
        rectangles.FollowsText = false;
        state.Pen = default;
        state.Charsets = default;
        state.X = 0;
        state.Y = 0;
        state.PendingWrap = false;
        state.Main.Clear(default);
        state.ResetMargins();
        state.Tabs.Reset();
        state.Main.Saved = SavedCursor.Initial;
        state.AlternateSaved = SavedCursor.Initial;
        state.MainKeyboard.Reset();
        state.AlternateKeyboard.Reset();
        state.ModifyOtherKeys = 0;
        state.CursorStyle = 0;
        state.Palette.RestoreAll();
        state.Scrollback.Clear();
        state.Titles.SavedTitles.Clear();
        state.Titles.SavedIconNames.Clear();
    }
}
