using System.Buffers;
using System.Text;
using Holdfast.Terminal;

namespace Holdfast.Cli.Sessions;

/// <summary>
/// Shows a session of another size on the user's terminal: the session's screen is kept in a model here, and what fits of it is painted, row by row
/// where something changed. Owned by one attachment that only watches, used by its output task.
/// </summary>
internal sealed class ObserverScreen(TerminalSize size)
{
    private readonly TerminalModel _model = new(size, new TerminalOptions { ScrollbackLines = 0 });
    private readonly Queue<(ulong Offset, TerminalSize Size)> _sizes = new();
    private readonly List<byte[]> _painted = [];
    private readonly ArrayBufferWriter<byte> _row = new();
    private readonly ArrayBufferWriter<byte> _frame = new();
    private string? _notice;
    private TerminalSize _window;
    private (int Column, int Row, bool Visible) _cursor;
    private bool _moved;

    /// <summary>A snapshot for a fresh terminal of this size.</summary>
    public void Draw(ReadOnlySpan<byte> snapshot, TerminalSize size)
    {
        _model.Resize(size);
        _model.Feed(snapshot);
    }

    /// <summary>The session takes this size where its output has come to <paramref name="offset"/>.</summary>
    public void Resize(ulong offset, TerminalSize size) => _sizes.Enqueue((offset, size));

    /// <summary>Output that begins at <paramref name="offset"/>.</summary>
    public void Feed(ulong offset, ReadOnlySpan<byte> output)
    {
        while (_sizes.TryPeek(out var next) && next.Offset <= offset + (ulong)output.Length)
        {
            var before = (int)(Math.Max(next.Offset, offset) - offset);
            _model.Feed(output[..before]);
            _model.Resize(next.Size);
            output = output[before..];
            offset += (ulong)before;
            _sizes.Dequeue();
        }

        _model.Feed(output);
    }

    /// <summary>Takes the window's lowest line until <see cref="EndNotice"/>.</summary>
    public void Notice(string what) => _notice = what;

    public void EndNotice() => _notice = null;

    /// <summary>What brings a window of this size up to date; empty where nothing changed. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Paint(TerminalSize window)
    {
        _frame.ResetWrittenCount();
        _frame.Write("\e[?2026h\e[?25l"u8);
        var empty = _frame.WrittenCount;
        if (window != _window)
            Clear(window);
        for (var row = 0; row < window.Rows; row++)
            PaintRow(row);
        var changed = _frame.WrittenCount > empty;
        PlaceCursor();
        _frame.Write("\e[?2026l"u8);
        return changed || _moved ? _frame.WrittenSpan : default;
    }

    private void Clear(TerminalSize window)
    {
        _window = window;
        _painted.Clear();
        for (var row = 0; row < window.Rows; row++)
            _painted.Add([]);
        _frame.Write("\e[0m\e[2J"u8);
    }

    private void PaintRow(int row)
    {
        _row.ResetWrittenCount();
        if (row == _window.Rows - 1 && _notice is not null)
            Encoding.UTF8.GetBytes(StatusLine.Row(_notice, _window.Columns), _row);
        else if (row < _model.Size.Rows)
            TerminalText.WriteRow(_model.GetRow(row), _window.Columns, _row, styled: true);
        if (_row.WrittenSpan.SequenceEqual(_painted[row]))
            return;
        _painted[row] = _row.WrittenSpan.ToArray();
        WriteText($"\e[{row + 1};1H\e[2K");
        _frame.Write(_row.WrittenSpan);
    }

    private void PlaceCursor()
    {
        var cursor = _model.Cursor;
        var visible = cursor.Visible && cursor.Column < _window.Columns && cursor.Row < _window.Rows;
        _moved = (cursor.Column, cursor.Row, visible) != _cursor;
        _cursor = (cursor.Column, cursor.Row, visible);
        if (visible)
            WriteText($"\e[{cursor.Row + 1};{cursor.Column + 1}H\e[?25h");
    }

    private void WriteText(string text) => Encoding.ASCII.GetBytes(text, _frame);
}
