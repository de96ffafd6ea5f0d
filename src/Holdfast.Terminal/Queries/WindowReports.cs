using Holdfast.Terminal.Modes;
using Holdfast.Terminal.Parsing;
using Holdfast.Terminal.Screen;

namespace Holdfast.Terminal.Queries;

/// <summary>XTWINOPS: sizes in cells and pixels, and the title stack. What would change a window is ignored. Part of one model.</summary>
internal sealed class WindowReports(TerminalState state, Answers answers)
{
    public void Dispatch(SequenceParameters parameters)
    {
        var (width, height) = state.Options.CellPixels;
        switch (parameters[0])
        {
            case 11:
                answers.Csi("1t");
                break;
            case 13:
                answers.Csi("3;0;0t");
                break;
            case 14:
                answers.Csi($"4;{state.Rows * height};{state.Columns * width}t");
                break;
            case 15:
                answers.Csi($"5;{state.Rows * height};{state.Columns * width}t");
                break;
            case 16:
                answers.Csi($"6;{height};{width}t");
                break;
            case 18:
                answers.Csi($"8;{state.Rows};{state.Columns}t");
                break;
            case 19:
                answers.Csi($"9;{state.Rows};{state.Columns}t");
                break;
            case 22:
                Push(parameters[1]);
                break;
            case 23:
                Pop(parameters[1]);
                break;
        }
    }

    private void Push(int what)
    {
        var titles = state.Titles;
        if (what is 0 or 2)
            TitleState.Push(titles.SavedTitles, titles.Title);
        if (what is 0 or 1)
            TitleState.Push(titles.SavedIconNames, titles.IconName);
    }

    private void Pop(int what)
    {
        var titles = state.Titles;
        if (what is 0 or 2 && TitleState.TryPop(titles.SavedTitles, out var title))
        {
            titles.Title = title;
            state.Listener?.TitleChanged(title);
        }
        if (what is 0 or 1 && TitleState.TryPop(titles.SavedIconNames, out var name))
            titles.IconName = name;
    }
}
