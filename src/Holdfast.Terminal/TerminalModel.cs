using Holdfast.Terminal.Modes;
using Holdfast.Terminal.Parsing;
using Holdfast.Terminal.Queries;
using Holdfast.Terminal.Screen;
using Holdfast.Terminal.Scrollback;

namespace Holdfast.Terminal;

/// <summary>
/// A terminal without a display: fed with a program's output, it holds the screen that a user would see.
/// Owned by one caller, who calls it from one thread at a time; lives as long as its session.
/// </summary>
public sealed class TerminalModel
{
    private readonly Parser _parser;
    private Cell[] _line = [];

    public TerminalModel(TerminalSize size, TerminalOptions? options = null)
    {
        State = new TerminalState(size.Clamped(), options ?? TerminalOptions.Default);
        var scroller = new Scroller(State);
        var cursor = new CursorMotion(State, scroller);
        var editor = new ScreenEditor(State, scroller, cursor);
        var rendition = new RenditionReader(State);
        var text = new CellWriter(State, scroller);
        var answers = new Answers(State);
        ModeSwitch = new ModeSwitch(State, cursor);
        Rectangles = new RectangleEditor(State, rendition, answers);
        var reset = new ResetSwitch(State, ModeSwitch, Rectangles);
        var reports = new DeviceReports(State, answers, ModeSwitch, cursor);
        var controls = new ControlDispatch(State, cursor);
        var sequences = new ControlSequenceDispatch(
            State, cursor, editor, scroller, rendition, text, ModeSwitch, reports, new WindowReports(State, answers),
            new PrivateSequenceDispatch(State, editor, Rectangles, ModeSwitch, reset, reports));
        Reader = new SequenceReader(
            State, controls, new EscapeDispatch(State, controls, cursor, editor, reset, reports), sequences,
            new OperatingSystemDispatch(State, new ColorReports(State, answers)), new StatusStrings(State, answers));
        _parser = new Parser(State, text, new PlainLines(State, scroller), new StyledText(State, rendition), new DrawnText(State, rendition), controls, cursor, rendition, sequences, Reader);
        Resizer = new Resizer(State);
        Answers = answers;
    }

    public TerminalOptions Options => State.Options;

    public TerminalSize Size => new(State.Columns, State.Rows);

    /// <summary>Hears answers, bells, titles and marks. Without one, queries are not answered.</summary>
    public ITerminalListener? Listener
    {
        get => State.Listener;
        set => State.Listener = value;
    }

    public CursorState Cursor => new(
        State.X, State.Y, State.PendingWrap, State.Has(ModeFlags.CursorVisible),
        State.CursorStyle switch { 3 or 4 => CursorShape.Underline, 5 or 6 => CursorShape.Bar, _ => CursorShape.Block },
        State.CursorStyle == 0 ? State.Has(ModeFlags.CursorBlink) : State.CursorStyle % 2 == 1);

    public TerminalModes Modes => new(State.Modes, State.Keyboard.Flags, State.ModifyOtherKeys);

    public string Title => State.Titles.Title;

    public string IconName => State.Titles.IconName;

    /// <summary>What OSC 7 told last, or null.</summary>
    public string? WorkingDirectory => State.Titles.WorkingDirectory;

    public bool AlternateScreenActive => State.IsAlternate;

    /// <summary>Lines above the normal screen.</summary>
    public int ScrollbackCount => State.Scrollback.Count;

    internal TerminalState State { get; }

    internal SequenceReader Reader { get; }

    /// <summary>Output ended in the midst of a sequence or a character.</summary>
    internal bool IsInSequence => Reader.State != ParserState.Ground || !_parser.Partial.IsEmpty;

    internal Parser Parser => _parser;

    internal ModeSwitch ModeSwitch { get; }

    internal RectangleEditor Rectangles { get; }

    private Resizer Resizer { get; }

    private Answers Answers { get; }

    /// <summary>Takes output of the program; any cutting into pieces gives the same screen.</summary>
    public void Feed(ReadOnlySpan<byte> output) => _parser.Feed(output);

    /// <summary>
    /// Whether the output, fed next, would be plain lines of which the listener hears nothing: an owner who shows the screen to nobody may
    /// feed them later, and many at once, which takes less time than a few.
    /// </summary>
    public bool MayWait(ReadOnlySpan<byte> output) => !IsInSequence && PlainLines.AreAll(output);

    /// <summary>Changes the size; wrapped lines of the normal screen are wrapped anew.</summary>
    public void Resize(TerminalSize size)
    {
        size = size.Clamped();
        if (size == Size)
            return;
        Resizer.Resize(size);
        var (width, height) = Options.CellPixels;
        if (State.Has(ModeFlags.InBandResize))
            Answers.Csi($"48;{size.Rows};{size.Columns};{size.Rows * height};{size.Columns * width}t");
    }

    /// <summary>A row of the active screen, 0 at the top.</summary>
    public RowView GetRow(int row) => new(State.Active.Row(row), State.Active.IsWrapped(row), State);

    /// <summary>A row of the normal screen, also while the alternate one is active.</summary>
    public RowView GetNormalRow(int row) => new(State.Main.Row(row), State.Main.IsWrapped(row), State);

    /// <summary>A line of the scrollback, 0 the oldest.</summary>
    public RowView GetScrollbackRow(int index)
    {
        var line = State.Scrollback[index];
        var columns = Math.Max(State.Columns, LineCodec.CellCount(line));
        if (_line.Length < columns)
            _line = new Cell[columns];
        var row = _line.AsSpan(0, columns);
        row.Clear();
        State.Pin();
        LineCodec.Decode(line, row, State);
        State.Unpin();
        return new RowView(row, LineCodec.IsWrapped(line), State);
    }

    /// <summary>Whether the two are equal in everything that later output could show.</summary>
    public bool StateEquals(TerminalModel other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Checkpoint.StateWriter.Equal(this, other);
    }
}
