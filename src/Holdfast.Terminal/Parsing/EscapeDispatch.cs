using Holdfast.Terminal.Modes;
using Holdfast.Terminal.Queries;
using Holdfast.Terminal.Screen;

namespace Holdfast.Terminal.Parsing;

/// <summary>Escape sequences without parameters (ctlseqs "Controls beginning with ESC"). Part of one model.</summary>
internal sealed class EscapeDispatch(
    TerminalState state, ControlDispatch controls, CursorMotion cursor, ScreenEditor editor, ResetSwitch reset, DeviceReports reports)
{
    /// <param name="intermediates">The bytes of column 2 before the final one, the last one lowest; 0 for none.</param>
    public void Dispatch(int intermediates, int final)
    {
        state.JoinWidth = 0;
        if (intermediates == 0)
            Plain(final);
        else if (intermediates is '(' or ')' or '*' or '+' or '-' or '.' or '/')
            Designate(intermediates, final);
        else if (intermediates == '#' && final == '8')
            editor.AlignmentPattern();
        else if (intermediates == '%' && final is 'G' or '@')
            state.Charsets = default;
    }

    private void Plain(int final)
    {
        switch (final)
        {
            case '6':
                BackIndex();
                break;
            case '7':
                cursor.Save();
                break;
            case '8':
                cursor.Restore();
                break;
            case '9':
                ForwardIndex();
                break;
            case '=':
                state.Set(ModeFlags.ApplicationKeypad, true);
                break;
            case '>':
                state.Set(ModeFlags.ApplicationKeypad, false);
                break;
            case 'Z':
                reports.PrimaryAttributes(0);
                break;
            case 'c':
                reset.Hard();
                break;
            case 'n':
                state.Charsets.Locked = 2;
                break;
            case 'o':
                state.Charsets.Locked = 3;
                break;
            case >= 0x40 and < 0x60:
                controls.ExecuteC1(final + 0x40);
                break;
        }
    }

    // SCS. Sets that are not known count as ASCII, so that text stays readable.
    private void Designate(int intermediate, int final)
    {
        var index = intermediate switch { '(' => 0, ')' or '-' => 1, '*' or '.' => 2, _ => 3 };
        if (intermediate == '/')
            return;
        state.Charsets[index] = final switch
        {
            '0' or '2' => Charset.DecSpecialGraphics,
            'A' when intermediate is '(' or ')' or '*' or '+' => Charset.British,
            _ => Charset.Ascii,
        };
    }

    // DECBI
    private void BackIndex()
    {
        if (state.X == state.Active.Left)
            editor.ShiftColumns(state.Active.Left, 1, insert: true);
        else
            cursor.Left(1);
    }

    // DECFI
    private void ForwardIndex()
    {
        if (state.X == state.Active.Right)
            editor.ShiftColumns(state.Active.Left, 1, insert: false);
        else
            cursor.Right(1);
    }
}
