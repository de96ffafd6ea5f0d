using Holdfast.Terminal.Modes;
using Holdfast.Terminal.Queries;
using Holdfast.Terminal.Screen;

namespace Holdfast.Terminal.Parsing;

/// <summary>Control sequences with a private prefix or intermediates (ctlseqs; the kitty keyboard protocol). Part of one model.</summary>
internal sealed class PrivateSequenceDispatch(
    TerminalState state, ScreenEditor editor, RectangleEditor rectangles, ModeSwitch modes, ResetSwitch reset, DeviceReports reports)
{
    private const int Question = '?' << 16;
    private const int Greater = '>' << 16;
    private const int Less = '<' << 16;
    private const int Equal = '=' << 16;

    public void Dispatch(int marks, int final, SequenceParameters parameters)
    {
        switch (marks)
        {
            case Question:
                DispatchQuestion(final, parameters);
                break;
            case Greater:
                DispatchGreater(final, parameters);
                break;
            case Less when final == 'u':
                state.Keyboard.Pop(parameters.OrOne(0));
                break;
            case Equal when final == 'u':
                state.Keyboard.Set(parameters[0], parameters.OrOne(1));
                break;
            case Equal when final == 'c':
                reports.TertiaryAttributes(parameters[0]);
                break;
            case '$' when final == 'p':
                reports.Mode(parameters[0], isPrivate: false);
                break;
            case '$':
                rectangles.Dispatch(final, parameters);
                break;
            case '*' when final == 'x':
                rectangles.SelectExtent(parameters[0]);
                break;
            case '*' when final == 'y':
                rectangles.ReportChecksum(parameters);
                break;
            case '$' | Question when final == 'p':
                reports.Mode(parameters[0], isPrivate: true);
                break;
            default:
                DispatchIntermediate(marks, final, parameters);
                break;
        }
    }

    private void DispatchIntermediate(int marks, int final, SequenceParameters parameters)
    {
        var grid = state.Active;
        switch ((marks, final))
        {
            case (' ', 'q') when parameters[0] <= 6:
                state.CursorStyle = parameters[0];
                break;
            case (' ', '@'):
                editor.ShiftColumns(grid.Left, parameters.OrOne(0), insert: false);
                break;
            case (' ', 'A'):
                editor.ShiftColumns(grid.Left, parameters.OrOne(0), insert: true);
                break;
            case ('\'', '}'):
                editor.ShiftColumns(state.X, parameters.OrOne(0), insert: true);
                break;
            case ('\'', '~'):
                editor.ShiftColumns(state.X, parameters.OrOne(0), insert: false);
                break;
            case ('"', 'q') when parameters[0] <= 2:
                SetProtection(parameters[0] == 1);
                break;
            case ('!', 'p'):
                reset.Soft();
                break;
        }
    }

    private void DispatchQuestion(int final, SequenceParameters parameters)
    {
        switch (final)
        {
            case 'h' or 'l':
                modes.SetPrivate(parameters, final == 'h');
                break;
            case 's':
                modes.Save(parameters);
                break;
            case 'r':
                modes.Restore(parameters);
                break;
            case 'J':
                editor.InDisplay(parameters[0], selective: true);
                break;
            case 'K':
                editor.InLine(parameters[0], selective: true);
                break;
            case 'n':
                reports.PrivateStatus(parameters[0]);
                break;
            case 'W' when parameters[0] == 5:
                // DECST8C
                state.Tabs.Reset();
                break;
            case 'u':
                reports.KeyboardFlags();
                break;
            case 'm':
                reports.KeyModifiers(parameters[0]);
                break;
        }
    }

    private void DispatchGreater(int final, SequenceParameters parameters)
    {
        switch (final)
        {
            case 'c':
                reports.SecondaryAttributes(parameters[0]);
                break;
            case 'q':
                reports.Version(parameters[0]);
                break;
            case 'u':
                state.Keyboard.Push(parameters[0]);
                break;
            case 'm' when parameters.Count == 1 && parameters[0] == 0:
                state.ModifyOtherKeys = 0;
                break;
            case 'm' when parameters[0] == 4:
                state.ModifyOtherKeys = Math.Min(parameters[1], 3);
                break;
            case 'n' when parameters[0] == 4:
                state.ModifyOtherKeys = 0;
                break;
        }
    }

    // DECSCA
    private void SetProtection(bool on)
    {
        if (on)
            state.Pen.Attr |= (uint)CellAttributes.Protected;
        else
            state.Pen.Attr &= ~(uint)CellAttributes.Protected;
    }
}
