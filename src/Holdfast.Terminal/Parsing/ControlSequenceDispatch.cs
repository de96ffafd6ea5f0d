using Holdfast.Terminal.Modes;
using Holdfast.Terminal.Queries;
using Holdfast.Terminal.Screen;

namespace Holdfast.Terminal.Parsing;

/// <summary>
/// Control sequences without private prefix and intermediates (ctlseqs "Functions using CSI"); hands the others to
/// <see cref="PrivateSequenceDispatch"/>. Part of one model. What is unknown does nothing.
/// </summary>
internal sealed class ControlSequenceDispatch(
    TerminalState state, CursorMotion cursor, ScreenEditor editor, Scroller scroller, RenditionReader rendition, CellWriter text,
    ModeSwitch modes, DeviceReports reports, WindowReports window, PrivateSequenceDispatch others)
{
    /// <param name="marks">The private prefix in the third byte, then the intermediates, the last one lowest; 0 for none.</param>
    public void Dispatch(int marks, int final, SequenceParameters parameters)
    {
        if (marks == 0 && final == 'm')
        {
            rendition.Apply(parameters);
            state.JoinWidth = 0;
            return;
        }
        parameters.DropParts();
        if (marks != 0)
            others.Dispatch(marks, final, parameters);
        else if (!Move(final, parameters) && !Edit(final, parameters))
            Control(final, parameters);
        state.JoinWidth = 0;
    }

    private bool Move(int final, SequenceParameters parameters)
    {
        switch (final)
        {
            case 'H' or 'f':
                cursor.MoveTo(parameters.OrOne(1) - 1, parameters.OrOne(0) - 1);
                return true;
            case 'A':
                cursor.Up(parameters.OrOne(0));
                return true;
            case 'B':
                cursor.Down(parameters.OrOne(0));
                return true;
            case 'C':
                cursor.Right(parameters.OrOne(0));
                return true;
            case 'D':
                cursor.Left(parameters.OrOne(0));
                return true;
            case 'E':
                cursor.Down(parameters.OrOne(0));
                cursor.CarriageReturn();
                return true;
            case 'F':
                cursor.Up(parameters.OrOne(0));
                cursor.CarriageReturn();
                return true;
            case 'G' or '`':
                cursor.MoveToColumn(parameters.OrOne(0) - 1);
                return true;
            case 'd':
                cursor.MoveToRow(parameters.OrOne(0) - 1);
                return true;
            case 'a':
                cursor.MoveBy(parameters.OrOne(0), 0);
                return true;
            case 'e':
                cursor.MoveBy(0, parameters.OrOne(0));
                return true;
            case 'I':
                cursor.Tab(parameters.OrOne(0));
                return true;
            case 'Z':
                cursor.BackTab(parameters.OrOne(0));
                return true;
            default:
                return false;
        }
    }

    private bool Edit(int final, SequenceParameters parameters)
    {
        switch (final)
        {
            case 'K':
                editor.InLine(parameters[0], selective: false);
                return true;
            case 'J':
                editor.InDisplay(parameters[0], selective: false);
                return true;
            case 'X':
                editor.Characters(parameters.OrOne(0));
                return true;
            case '@':
                editor.InsertCharacters(parameters.OrOne(0));
                return true;
            case 'P':
                editor.DeleteCharacters(parameters.OrOne(0));
                return true;
            case 'L':
                editor.InsertLines(parameters.OrOne(0));
                return true;
            case 'M':
                editor.DeleteLines(parameters.OrOne(0));
                return true;
            case 'S':
                scroller.MoveUp(state.Active.Top, parameters.OrOne(0));
                return true;
            case 'T' or '^' when parameters.Count < 2:
                scroller.MoveDown(state.Active.Top, parameters.OrOne(0), default);
                return true;
            case 'b':
                text.Repeat(parameters.OrOne(0));
                return true;
            default:
                return false;
        }
    }

    private void Control(int final, SequenceParameters parameters)
    {
        switch (final)
        {
            case 'h' or 'l':
                modes.SetAnsi(parameters, final == 'h');
                break;
            case 'r':
                SetRows(parameters);
                break;
            case 's' when state.Has(ModeFlags.LeftRightMargins):
                SetColumns(parameters);
                break;
            case 's':
                cursor.Save();
                break;
            case 'u':
                cursor.Restore();
                break;
            case 'g':
                ClearTabs(parameters[0]);
                break;
            case 'c':
                reports.PrimaryAttributes(parameters[0]);
                break;
            case 'n':
                reports.Status(parameters[0]);
                break;
            case 't':
                window.Dispatch(parameters);
                break;
            case 'x':
                reports.Parameters(parameters[0]);
                break;
        }
    }

    // DECSTBM
    private void SetRows(SequenceParameters parameters)
    {
        var top = parameters.OrOne(0);
        var bottom = parameters[1] == 0 || parameters[1] > state.Rows ? state.Rows : parameters[1];
        if (bottom <= top)
            return;
        state.Margins.Top = top - 1;
        state.Margins.Bottom = bottom - 1;
        cursor.Home();
    }

    // DECSLRM
    private void SetColumns(SequenceParameters parameters)
    {
        var left = parameters.OrOne(0);
        var right = parameters[1] == 0 || parameters[1] > state.Columns ? state.Columns : parameters[1];
        if (right <= left)
            return;
        state.Margins.Left = left - 1;
        state.Margins.Right = right - 1;
        cursor.Home();
    }

    // TBC
    private void ClearTabs(int what)
    {
        if (what == 0)
            state.Tabs.Clear(state.X);
        else if (what == 3)
            state.Tabs.ClearAll();
    }
}
