using Holdfast.Terminal.Modes;
using Holdfast.Terminal.Scrollback;

namespace Holdfast.Terminal.Screen;

/// <summary>
/// Everything that output can change, but for the parser's own place in a sequence. Owned by one model; the parts that interpret
/// sequences share it.
/// </summary>
internal sealed class TerminalState
{
    public TerminalState(TerminalSize size, TerminalOptions options)
    {
        Options = options;
        Tabs = new TabStops(size.Columns);
        Margins.Reset(size.Columns, size.Rows);
        Main = new Grid(size.Columns, size.Rows, this);
        Active = Main;
        Scrollback = new ScrollbackStore(options.ScrollbackLines, options.ScrollbackBytes);
    }

    public TerminalOptions Options { get; }

    public ITerminalListener? Listener { get; set; }

    public Grid Main { get; }

    /// <summary>Made when it is used, and gone when the program leaves it, but for mode 47.</summary>
    public Grid? Alternate { get; private set; }

    /// <summary>What survives of the alternate screen while there is none.</summary>
    public SavedCursor AlternateSaved { get; set; }

    public Grid Active { get; private set; }

    public ScrollbackStore Scrollback { get; set; }

    public ClusterTable Clusters { get; } = new();

    public ExtraTable Extras { get; } = new();

    public TitleState Titles { get; } = new();

    public PaletteState Palette { get; } = new();

    public int X;

    public int Y;

    public bool PendingWrap;

    /// <summary>The cursor's row on the normal screen when the alternate one was entered: what a resize meanwhile goes by.</summary>
    public int MainRow;

    /// <summary>The style of what is printed next; its content is empty.</summary>
    public Cell Pen;

    public CharsetState Charsets;

    public ModeFlags Modes = ModeFlags.Initial;

    /// <summary>What DECSCUSR set last, 0 to 6; 0 is the display's own.</summary>
    public int CursorStyle;

    public int ModifyOtherKeys;

    /// <summary>Columns of the character just printed while nothing came between, else 0: what REP repeats and marks join.</summary>
    public int JoinWidth;

    public bool IsAlternate => Active != Main;

    public int Columns => Active.Columns;

    public int Rows => Active.Rows;

    public KeyboardFlagStack MainKeyboard { get; } = new();

    public KeyboardFlagStack AlternateKeyboard { get; } = new();

    public KeyboardFlagStack Keyboard => IsAlternate ? AlternateKeyboard : MainKeyboard;

    /// <summary>What an erased cell becomes: blank, in the background in force (ctlseqs: bce).</summary>
    public Cell Eraser => new() { Bg = Pen.Bg };

    public bool Has(ModeFlags flag) => (Modes & flag) != 0;

    public void Set(ModeFlags flag, bool on) => Modes = on ? Modes | flag : Modes & ~flag;

    /// <summary>The last column that printing may reach from where the cursor is.</summary>
    public int RightLimit => X <= Active.Right ? Active.Right : Active.Columns - 1;

    public int LeftLimit => X >= Active.Left ? Active.Left : 0;

    public Margins Margins { get; } = new();

    public TabStops Tabs { get; }

    public void ResetMargins()
    {
        Margins.Reset(Columns, Rows);
        DropStrandedWrap();
    }

    /// <summary>A wrap can only be pending in a last column: the screen's, or that between the margins.</summary>
    public void DropStrandedWrap() => PendingWrap = PendingWrap && X == RightLimit;

    /// <summary>Shows the alternate screen, with what it held when the program left it by mode 47.</summary>
    public void EnterAlternate()
    {
        if (IsAlternate)
            return;
        MainRow = Y;
        if (Alternate is null)
        {
            Alternate = new Grid(Main.Columns, Main.Rows, this) { Saved = AlternateSaved };
            var eraser = Eraser;
            if (!eraser.IsBlank)
                Alternate.Clear(eraser);
        }
        Active = Alternate;
    }

    /// <summary>Shows the normal screen. Only mode 47 keeps the alternate one; else it would cost its memory for ever.</summary>
    public void LeaveAlternate(bool keep)
    {
        if (!IsAlternate)
            return;
        Active = Main;
        if (!keep)
            DropAlternate();
    }

    public void DropAlternate()
    {
        if (Alternate is not null && !IsAlternate)
        {
            AlternateSaved = Alternate.Saved;
            Alternate = null;
        }
    }

    public Extra PenExtra => Extras[Pen.ExtraId];

    public void SetPenExtra(Extra extra) => Pen.Attr = (Pen.Attr & 0xFFFF) | ((uint)Intern(extra) << 16);

    /// <summary>
    /// Whether cells outside the grids are being made (a resize, a line read back): then nothing may be swept away under them.
    /// </summary>
    public bool IsPinned { get; private set; }

    /// <summary>Makes room in the tables, then keeps all that comes until <see cref="Unpin"/>.</summary>
    public void Pin()
    {
        if (Clusters.IsOverfull)
            Clusters.Sweep(Main, Alternate);
        if (Extras.IsOverfull)
            Extras.Sweep(Main, Alternate, Pen.ExtraId);
        IsPinned = true;
    }

    public void Unpin() => IsPinned = false;

    /// <summary>The id of an extra. Where even sweeping makes no room, the cell goes without: a link less, and no growth.</summary>
    public ushort Intern(Extra extra)
    {
        if (Extras.TryIntern(extra, IsPinned, out var id) || IsPinned)
            return id;
        Extras.Sweep(Main, Alternate, Pen.ExtraId);
        return Extras.TryIntern(extra, IsPinned, out id) ? id : (ushort)0;
    }

    /// <summary>The content of a cell that shows <paramref name="text"/>, or the first scalar of it where the table is full.</summary>
    public uint Intern(ReadOnlySpan<char> text)
    {
        _ = System.Text.Rune.DecodeFromUtf16(text, out var first, out var used);
        if (used == text.Length)
            return (uint)first.Value;
        if (Clusters.TryIntern(text, IsPinned, out var id))
            return id | Cell.ClusterBit;
        if (Clusters.Sweep(Main, Alternate) && Clusters.TryIntern(text, IsPinned, out id))
            return id | Cell.ClusterBit;
        return (uint)first.Value;
    }
}
