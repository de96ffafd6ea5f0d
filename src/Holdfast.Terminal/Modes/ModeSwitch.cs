using Holdfast.Terminal.Parsing;
using Holdfast.Terminal.Screen;

namespace Holdfast.Terminal.Modes;

/// <summary>
/// Sets and resets modes, with what comes with some of them: a cursor that goes home, another screen. Part of one model.
/// </summary>
internal sealed class ModeSwitch(TerminalState state, CursorMotion cursor)
{
    // XTSAVE: one remembered value a mode, which is what xterm has too.
    private ModeFlags _saved = ModeFlags.Initial;

    public ModeFlags SavedModes
    {
        get => _saved;
        set => _saved = value;
    }

    public void SetAnsi(SequenceParameters parameters, bool on)
    {
        for (var i = 0; i < parameters.Count; i++)
            state.Set(ModeTable.Ansi(parameters[i]), on);
    }

    public void SetPrivate(SequenceParameters parameters, bool on)
    {
        for (var i = 0; i < parameters.Count; i++)
            SetPrivate(parameters[i], on);
    }

    /// <summary>XTSAVE, CSI ? Pm s.</summary>
    public void Save(SequenceParameters parameters)
    {
        for (var i = 0; i < parameters.Count; i++)
        {
            var flag = ModeTable.Private(parameters[i]);
            _saved = (_saved & ~flag) | (state.Modes & flag);
        }
    }

    /// <summary>XTRESTORE, CSI ? Pm r.</summary>
    public void Restore(SequenceParameters parameters)
    {
        for (var i = 0; i < parameters.Count; i++)
        {
            var flag = ModeTable.Private(parameters[i]);
            if (flag != ModeFlags.None)
                SetPrivate(parameters[i], (_saved & flag) != 0);
        }
    }

    /// <summary>DECRQM's answer: 1 set, 2 reset, 3 and 4 for ever so, 0 unknown.</summary>
    public int Report(int number, bool isPrivate)
    {
        if (isPrivate && number is 47 or 1047 or 1049)
            return state.IsAlternate ? 1 : 2;
        if (isPrivate && number == 1048)
            return 1;
        var flag = isPrivate ? ModeTable.Private(number) : ModeTable.Ansi(number);
        return flag == ModeFlags.None ? 0 : state.Has(flag) ? 1 : 2;
    }

    private void SetPrivate(int number, bool on)
    {
        switch (number)
        {
            case 2 when on:
                state.Charsets = state.Charsets with { G0 = Charset.Ascii, G1 = Charset.Ascii, G2 = Charset.Ascii, G3 = Charset.Ascii };
                break;
            case 6:
                state.Set(ModeFlags.Origin, on);
                cursor.Home();
                break;
            case 9 or 1000 or 1002 or 1003:
                // One protocol at a time; resetting any of them resets what is in force.
                state.Set(ModeFlags.AllMouse, false);
                state.Set(ModeTable.Private(number), on);
                break;
            case 1005 or 1006 or 1015 or 1016:
                state.Set(ModeFlags.AllMouseEncodings, false);
                state.Set(ModeTable.Private(number), on);
                break;
            case 69:
                state.Set(ModeFlags.LeftRightMargins, on);
                state.Margins.Left = 0;
                state.Margins.Right = state.Columns - 1;
                state.DropStrandedWrap();
                break;
            case 47 or 1047 or 1048 or 1049:
                SetScreen(number, on);
                break;
            default:
                state.Set(ModeTable.Private(number), on);
                break;
        }
    }

    private void SetScreen(int number, bool alternate)
    {
        if (number is 1048 or 1049 && alternate)
            cursor.Save();
        if (number != 1048)
        {
            // 1049 begins with an empty screen, 1047 leaves one behind; neither shows again what was there.
            if (number == 1049 && alternate)
                state.DropAlternate();
            if (alternate)
                state.EnterAlternate();
            else
                state.LeaveAlternate(keep: number == 47);
        }
        if (number is 1048 or 1049 && !alternate)
            cursor.Restore();
    }
}
