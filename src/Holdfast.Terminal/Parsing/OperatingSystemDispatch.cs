using System.Buffers.Text;
using System.Text;
using Holdfast.Terminal.Modes;
using Holdfast.Terminal.Queries;
using Holdfast.Terminal.Screen;

namespace Holdfast.Terminal.Parsing;

/// <summary>Operating system commands (ctlseqs "Operating System Commands"; OSC 7, 8 and 133 by their own specifications). Part of one model.</summary>
internal sealed class OperatingSystemDispatch(TerminalState state, ColorReports colors)
{
    // As VTE and others: longer links are no links.
    private const int LongestUri = 2083;
    private const int LongestLinkId = 250;

    public void Dispatch(ReadOnlySpan<byte> payload, bool endedByBell)
    {
        state.JoinWidth = 0;
        if (!Utf8Parser.TryParse(payload, out int number, out var used) || payload[0] is (byte)'-' or (byte)'+')
            return;
        var rest = payload[used..];
        if (!rest.IsEmpty && rest[0] != ';')
            return;
        Dispatch(number, rest.IsEmpty ? rest : rest[1..], endedByBell);
    }

    private void Dispatch(int number, ReadOnlySpan<byte> text, bool endedByBell)
    {
        switch (number)
        {
            case 0:
                state.Titles.IconName = Title(text);
                SetTitle(text);
                break;
            case 1:
                state.Titles.IconName = Title(text);
                break;
            case 2:
                SetTitle(text);
                break;
            case 7:
                SetDirectory(text);
                break;
            case 8:
                SetLink(text);
                break;
            case 4:
                colors.SetIndexed(Encoding.UTF8.GetString(text), endedByBell);
                break;
            case 10 or 11 or 12:
                colors.SetSpecial(number, Encoding.UTF8.GetString(text), endedByBell);
                break;
            case 104:
                colors.RestoreIndexed(Encoding.UTF8.GetString(text));
                break;
            case 110 or 111 or 112:
                state.Palette.Restore(PaletteState.Foreground + number - 110);
                break;
            case 133:
                Mark(text);
                break;
        }
    }

    private static string Title(ReadOnlySpan<byte> text)
    {
        var title = Encoding.UTF8.GetString(text);
        if (title.Length <= TitleState.LongestTitle)
            return title;
        var end = char.IsHighSurrogate(title[TitleState.LongestTitle - 1]) ? TitleState.LongestTitle - 1 : TitleState.LongestTitle;
        return title[..end];
    }

    private void SetTitle(ReadOnlySpan<byte> text)
    {
        state.Titles.Title = Title(text);
        state.Listener?.TitleChanged(state.Titles.Title);
    }

    private void SetDirectory(ReadOnlySpan<byte> text)
    {
        if (text.Length > TitleState.LongestDirectory)
            return;
        state.Titles.WorkingDirectory = text.IsEmpty ? null : Encoding.UTF8.GetString(text);
        state.Listener?.WorkingDirectoryChanged(state.Titles.WorkingDirectory ?? "");
    }

    // OSC 8 ; parameters ; uri
    private void SetLink(ReadOnlySpan<byte> text)
    {
        var separator = text.IndexOf((byte)';');
        if (separator < 0)
            return;
        var uri = text[(separator + 1)..];
        if (uri.IsEmpty || uri.Length > LongestUri)
        {
            state.SetPenExtra(state.PenExtra with { Link = null });
            return;
        }
        var id = "";
        foreach (var range in text[..separator].Split((byte)':'))
        {
            var parameter = text[range];
            if (parameter.StartsWith("id="u8) && parameter.Length <= LongestLinkId)
                id = Encoding.UTF8.GetString(parameter[3..]);
        }
        state.SetPenExtra(state.PenExtra with { Link = new Hyperlink(Encoding.UTF8.GetString(uri), id) });
    }

    // OSC 133 ; A | B | C | D [; exit code]
    private void Mark(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || state.Listener is not { } listener)
            return;
        switch (text[0])
        {
            case (byte)'A':
                listener.CommandMark(CommandMarkKind.PromptStart, null);
                break;
            case (byte)'B':
                listener.CommandMark(CommandMarkKind.CommandStart, null);
                break;
            case (byte)'C':
                listener.CommandMark(CommandMarkKind.OutputStart, null);
                break;
            case (byte)'D':
                listener.CommandMark(CommandMarkKind.CommandEnd, text.Length > 2 && Utf8Parser.TryParse(text[2..], out int code, out _) ? code : null);
                break;
        }
    }
}
