using Holdfast.Terminal.Modes;
using Holdfast.Terminal.Screen;

namespace Holdfast.Terminal.Snapshot;

/// <summary>
/// The whole of a snapshot in its order: reset, normal screen, alternate screen, settings, cursor, the open end of a sequence.
/// Made for one snapshot.
/// </summary>
internal sealed class SnapshotWriter
{
    private readonly TerminalModel _model;
    private readonly TerminalState _state;
    private readonly SequenceWriter _writer = new();
    private readonly StyleTransition _style;
    private readonly CellPrinter _printer;
    private readonly RowDrawer _rows;
    private readonly CursorDrawer _cursor;
    private readonly SettingsWriter _settings;

    public SnapshotWriter(TerminalModel model)
    {
        _model = model;
        _state = model.State;
        _style = new StyleTransition(_state, _writer);
        _printer = new CellPrinter(_state, _writer);
        _rows = new RowDrawer(_state, _writer, _style, _printer);
        _cursor = new CursorDrawer(_state, _writer, _style, _rows, _printer);
        _settings = new SettingsWriter(model, _writer);
    }

    public ReadOnlySpan<byte> Write(SnapshotOptions options, bool titles)
    {
        _state.Pin();
        _writer.Raw("\x18"u8);
        if (options.Synchronized)
            _writer.Raw("\e[?2026h"u8);
        Reset(options);
        var drawer = new ScreenDrawer(_state, _writer, _style, _rows, _printer, new StoredLineDrawer(_state, _writer, _style, _printer));
        drawer.DrawMain(Math.Clamp(options.ScrollbackLines, 0, _state.Scrollback.Count));
        _cursor.DrawSaved(_state.Main, _state.Main.Saved);
        _settings.WriteKeyboard(_state.MainKeyboard);
        WriteAlternate(drawer);
        _printer.SetClusters(on: false);
        _settings.Write(titles);
        if (options.Synchronized || _state.Has(ModeFlags.SynchronizedOutput))
            _writer.Raw(_state.Has(ModeFlags.SynchronizedOutput) ? "\e[?2026h"u8 : "\e[?2026l"u8);
        _cursor.Draw();
        OpenEnd.Write(_model, _writer);
        _state.Unpin();
        return _writer.Written;
    }

    // A terminal that was in use: out of any sequence, both screens without saved cursor, flags, protection and links, modes that
    // would disturb the drawing off, the screen blank.
    private void Reset(SnapshotOptions options)
    {
        _writer.Raw("\e[?47h\e[<99u\e[!p\e[?1047l"u8);
        // Before DECSTR: some terminals count the saved cursor's row from the top of the scrollback.
        if (options.ClearScrollback)
            _writer.Raw("\e[3J"u8);
        _writer.Raw("\e[<99u\e[!p\e[4;20l\e[?6;45;69;2027l\e[?7h\e[m\e[\"q\e]8;;\e\\\e[H"u8);
        _writer.Raw(options.OverPreview ? "\e[J"u8 : "\e[2J"u8);
        _settings.WriteTabs();
        _style.AssumePlain();
    }

    private void WriteAlternate(ScreenDrawer drawer)
    {
        var saved = _state.Alternate?.Saved ?? _state.AlternateSaved;
        var keyboard = _state.AlternateKeyboard;
        if (_state.Alternate is null && saved.IsInitial && keyboard.Flags == 0 && keyboard.Saved.Count == 0)
            return;
        _style.ToPlain();
        if (_state.IsAlternate)
            _writer.MoveTo(0, _state.MainRow);
        _writer.Raw("\e[?47h\e[H"u8);
        // Some terminals have tab stops for each screen.
        if (_state.IsAlternate)
            _settings.WriteTabs();
        if (_state.Alternate is not null)
            drawer.DrawAlternate();
        _cursor.DrawSaved(_state.Alternate, saved);
        _settings.WriteKeyboard(keyboard);
        if (!_state.IsAlternate)
            _writer.Raw(_state.Alternate is null ? "\e[?1047l"u8 : "\e[?47l"u8);
    }
}
