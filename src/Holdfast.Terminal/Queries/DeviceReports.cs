using Holdfast.Terminal.Modes;
using Holdfast.Terminal.Screen;

namespace Holdfast.Terminal.Queries;

/// <summary>
/// Answers to questions about the terminal itself: DA1, DA2, DA3, DSR, DECRQM, XTVERSION, keyboard flags. Part of one model.
/// </summary>
internal sealed class DeviceReports(TerminalState state, Answers answers, ModeSwitch modes, CursorMotion cursor)
{
    /// <summary>DA1: a VT420 (64) with selective erase (6), horizontal scrolling (21), colours (22), rectangles (28).</summary>
    public void PrimaryAttributes(int parameter)
    {
        if (parameter == 0)
            answers.Csi("?64;6;21;22;28c");
    }

    /// <summary>DA2: type 41 (VT420), and a version below those with which programs guess at xterm's own abilities.</summary>
    public void SecondaryAttributes(int parameter)
    {
        if (parameter == 0)
            answers.Csi(">41;10;0c");
    }

    /// <summary>DA3: the unit has no number.</summary>
    public void TertiaryAttributes(int parameter)
    {
        if (parameter == 0)
            answers.Dcs("!|00000000");
    }

    /// <summary>XTVERSION.</summary>
    public void Version(int parameter)
    {
        if (parameter == 0)
            answers.Dcs(">|" + state.Options.Identification);
    }

    /// <summary>DSR.</summary>
    public void Status(int parameter)
    {
        if (parameter == 5)
            answers.Csi("0n");
        else if (parameter == 6)
            answers.Csi($"{cursor.RelativeRow + 1};{cursor.RelativeColumn + 1}R");
    }

    /// <summary>DSR with a question mark: DECXCPR, printer, keys, locator; and the colour scheme (996).</summary>
    public void PrivateStatus(int parameter)
    {
        switch (parameter)
        {
            case 6:
                answers.Csi($"?{cursor.RelativeRow + 1};{cursor.RelativeColumn + 1};1R");
                break;
            case 15:
                answers.Csi("?13n");
                break;
            case 25:
                answers.Csi("?21n");
                break;
            case 26:
                answers.Csi("?27;1;0;0n");
                break;
            case 53 or 55:
                answers.Csi("?50n");
                break;
            case 56:
                answers.Csi("?57;0n");
                break;
            case 996:
                answers.Csi(HasDarkBackground() ? "?997;1n" : "?997;2n");
                break;
        }
    }

    /// <summary>DECRQM.</summary>
    public void Mode(int number, bool isPrivate) =>
        answers.Csi($"{(isPrivate ? "?" : "")}{number};{modes.Report(number, isPrivate)}$y");

    /// <summary>CSI ? u of the kitty keyboard protocol.</summary>
    public void KeyboardFlags() => answers.Csi($"?{state.Keyboard.Flags}u");

    /// <summary>XTQMODKEYS; only resource 4 can be changed here.</summary>
    public void KeyModifiers(int resource)
    {
        if (resource == 4)
            answers.Csi($">4;{state.ModifyOtherKeys}m");
    }

    /// <summary>DECREQTPARM: no parity, eight bits, 38 400 baud, as xterm answers.</summary>
    public void Parameters(int parameter)
    {
        if (parameter <= 1)
            answers.Csi($"{parameter + 2};1;1;128;128;1;0x");
    }

    private bool HasDarkBackground()
    {
        var rgb = state.Palette.Resolve(PaletteState.Background, state.Options);
        // Perceived brightness (ITU-R BT.601), the usual measure for this question.
        return ((rgb >> 16) * 299) + (((rgb >> 8) & 0xFF) * 587) + ((rgb & 0xFF) * 114) < 128_000;
    }
}
