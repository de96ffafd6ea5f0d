using Holdfast.Terminal.Screen;

namespace Holdfast.Terminal.Parsing;

/// <summary>C0 and C1 control functions (ECMA-48 8.2), and the escape sequences that stand for C1. Part of one model.</summary>
internal sealed class ControlDispatch(TerminalState state, CursorMotion cursor)
{
    /// <summary>A control character that is no beginning of a sequence. What is unknown does nothing.</summary>
    public void Execute(int control)
    {
        state.JoinWidth = 0;
        switch (control)
        {
            case 0x05:
                // ENQ: an empty answerback, which is what xterm sends.
                break;
            case 0x07:
                state.Listener?.Bell();
                break;
            case 0x08:
                cursor.Backspace();
                break;
            case 0x09:
                cursor.Tab(1);
                break;
            case 0x0A or 0x0B or 0x0C:
                cursor.LineFeed();
                break;
            case 0x0D:
                cursor.CarriageReturn();
                break;
            case 0x0E:
                state.Charsets.Locked = 1;
                break;
            case 0x0F:
                state.Charsets.Locked = 0;
                break;
            case >= 0x80:
                ExecuteC1(control);
                break;
        }
    }

    /// <summary>IND, NEL, HTS, RI, SS2, SS3.</summary>
    public void ExecuteC1(int control)
    {
        switch (control)
        {
            case 0x84:
                cursor.Index();
                break;
            case 0x85:
                state.X = state.LeftLimit;
                cursor.Index();
                break;
            case 0x88:
                state.Active.Tabs.Set(state.X);
                break;
            case 0x8D:
                cursor.ReverseIndex();
                break;
            case 0x8E:
                state.Charsets.Single = 2;
                break;
            case 0x8F:
                state.Charsets.Single = 3;
                break;
        }
    }
}
