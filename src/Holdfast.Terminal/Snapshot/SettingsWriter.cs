using System.Globalization;
using Holdfast.Terminal.Modes;
using Holdfast.Terminal.Screen;

namespace Holdfast.Terminal.Snapshot;

/// <summary>Writes what is neither screen nor cursor: titles, colours, tab stops, modes, margins. Owned by one snapshot.</summary>
internal sealed class SettingsWriter(TerminalModel model, SequenceWriter writer)
{
    private readonly TerminalState _state = model.State;

    public void Write(bool titles)
    {
        if (titles)
            WriteTitles();
        WritePalette();
        WriteSavedModes();
        WriteModes();
        WriteMargins();
        if (model.Rectangles.FollowsText)
            writer.Raw("\e[1*x"u8);
        writer.Sequence("\e["u8, [_state.CursorStyle], " q"u8);
        writer.Sequence("\e[>4;"u8, [_state.ModifyOtherKeys], "m"u8);
    }

    /// <summary>The flags of the screen that is active on the other side, from none.</summary>
    public void WriteKeyboard(KeyboardFlagStack stack)
    {
        var lower = stack.Saved.Count > 0 ? stack.Saved[0] : stack.Flags;
        if (lower != 0)
            writer.Sequence("\e[="u8, [lower], "u"u8);
        for (var i = 1; i <= stack.Saved.Count; i++)
            writer.Sequence("\e[>"u8, [i < stack.Saved.Count ? stack.Saved[i] : stack.Flags], "u"u8);
    }

    /// <summary>Tab stops, on any row; the cursor is in the first column afterwards.</summary>
    public void WriteTabs()
    {
        writer.Raw("\e[3g\r"u8);
        var at = 0;
        for (var column = 0; column < _state.Columns; column++)
        {
            if (!_state.Tabs[column])
                continue;
            if (column > at)
                writer.Csi(column - at, 'C');
            writer.Raw("\eH"u8);
            at = column;
        }
        writer.Raw("\r"u8);
    }

    private void WriteTitles()
    {
        var titles = _state.Titles;
        foreach (var title in titles.SavedTitles)
        {
            writer.Command("2;"u8, title);
            writer.Raw("\e[22;2t"u8);
        }
        foreach (var name in titles.SavedIconNames)
        {
            writer.Command("1;"u8, name);
            writer.Raw("\e[22;1t"u8);
        }
        if (titles.Title == titles.IconName)
        {
            writer.Command("0;"u8, titles.Title);
        }
        else
        {
            writer.Command("1;"u8, titles.IconName);
            writer.Command("2;"u8, titles.Title);
        }
        if (titles.WorkingDirectory is { } directory)
            writer.Command("7;"u8, directory);
    }

    // Only colours that the session had to do with: the others are its user's.
    private void WritePalette()
    {
        var palette = _state.Palette;
        if (palette.IsTouched(0))
            writer.Raw("\e]104\e\\"u8);
        for (var i = 0; i < PaletteState.Count; i++)
        {
            var changed = palette.TryGetChange(i, out var rgb);
            if (!changed && (i < PaletteState.Indexed || !palette.IsTouched(i)))
                continue;
            var color = string.Create(CultureInfo.InvariantCulture, $"#{rgb:x6}");
            if (i >= PaletteState.Indexed)
                writer.Command(default, changed ? $"{i - PaletteState.Foreground + 10};{color}" : $"{i - PaletteState.Foreground + 110}");
            else
                writer.Command("4;"u8, $"{i};{color}");
        }
    }

    // XTSAVE remembers what a mode is at that time.
    private void WriteSavedModes()
    {
        var different = model.ModeSwitch.SavedModes ^ ModeFlags.Initial;
        if (different == ModeFlags.None)
            return;
        foreach (var number in (ReadOnlySpan<int>)[.. ModeTable.PlainPrivate, 6, 69, 2026])
        {
            var flag = ModeTable.Private(number);
            if ((different & flag) == 0)
                continue;
            var on = (model.ModeSwitch.SavedModes & flag) != 0;
            writer.Sequence("\e[?"u8, [number], on ? "h"u8 : "l"u8);
            writer.Sequence("\e[?"u8, [number], "s"u8);
        }
        if ((different & (ModeFlags.Origin | ModeFlags.LeftRightMargins)) != 0)
            writer.Raw("\e[?6;69l"u8);
    }

    private void WriteModes()
    {
        Span<int> on = stackalloc int[SequenceNumbers];
        Span<int> off = stackalloc int[SequenceNumbers];
        var (set, reset) = (0, 0);
        foreach (var number in ModeTable.PlainPrivate)
        {
            if (_state.Has(ModeTable.Private(number)))
                on[set++] = number;
            else
                off[reset++] = number;
        }
        // Off first: of some, resetting one resets its alternatives.
        writer.Sequence("\e[?"u8, off[..reset], "l"u8);
        writer.Sequence("\e[?"u8, on[..set], "h"u8);
        (set, reset) = (0, 0);
        foreach (var number in (ReadOnlySpan<int>)[2, 4, 12, 20])
        {
            if (_state.Has(ModeTable.Ansi(number)))
                on[set++] = number;
            else
                off[reset++] = number;
        }
        writer.Sequence("\e["u8, off[..reset], "l"u8);
        if (set > 0)
            writer.Sequence("\e["u8, on[..set], "h"u8);
    }

    private void WriteMargins()
    {
        var margins = _state.Margins;
        if (_state.Has(ModeFlags.LeftRightMargins))
        {
            writer.Raw("\e[?69h"u8);
            if (margins.Left != 0 || margins.Right != _state.Columns - 1)
                writer.Sequence("\e["u8, [margins.Left + 1, margins.Right + 1], "s"u8);
        }
        if (margins.Top != 0 || margins.Bottom != _state.Rows - 1)
            writer.Sequence("\e["u8, [margins.Top + 1, margins.Bottom + 1], "r"u8);
        if (_state.Has(ModeFlags.Origin))
            writer.Raw("\e[?6h"u8);
    }

    // More than the modes there are, fewer than a sequence may have.
    private const int SequenceNumbers = Parsing.SequenceParameters.Most;
}
