#pragma warning disable CA1822 // replaced within the hour
namespace Holdfast.Terminal;

/// <summary>
/// A terminal without a display: fed with a program's output, it holds the screen that a user would see.
/// Owned by one caller, who calls it from one thread at a time; lives as long as its session.
/// </summary>
public sealed class TerminalModel
{
    public TerminalModel(TerminalSize size, TerminalOptions? options = null)
    {
        Size = size.Clamped();
        Options = options ?? TerminalOptions.Default;
    }

    public TerminalOptions Options { get; }

    public TerminalSize Size { get; private set; }

    public ITerminalListener? Listener { get; set; }

    public CursorState Cursor => default;

    public TerminalModes Modes => default;

    public string Title => "";

    public string IconName => "";

    /// <summary>What OSC 7 told last, or null.</summary>
    public string? WorkingDirectory => null;

    public bool AlternateScreenActive => false;

    /// <summary>Lines above the screen.</summary>
    public int ScrollbackCount => 0;

    /// <summary>Takes output of the program; any cutting into pieces gives the same screen.</summary>
    public void Feed(ReadOnlySpan<byte> output)
    {
    }

    /// <summary>Changes the size; wrapped lines of the normal screen are wrapped anew.</summary>
    public void Resize(TerminalSize size) => Size = size.Clamped();

    /// <summary>A row of the active screen, 0 at the top.</summary>
    public RowView GetRow(int row) => default;

    /// <summary>A line of the scrollback, 0 the oldest.</summary>
    public RowView GetScrollbackRow(int index) => default;

    /// <summary>Whether the two are equal in everything that later output could show.</summary>
    public bool StateEquals(TerminalModel other) => ReferenceEquals(this, other);
}

/// <summary>
/// A row to be read cell by cell. Valid until its model is fed, resized or asked for another scrollback row.
/// </summary>
public readonly ref struct RowView
{
    /// <summary>Whether this row continues the one above it (it was wrapped, not broken).</summary>
    public bool IsWrapped => false;

    public int Columns => 0;

    public CellView this[int column] => default;
}

/// <summary>
/// One cell, ready to be read. A value.
/// </summary>
/// <param name="Text">The grapheme; empty for an erased cell and for the second half of a wide one.</param>
/// <param name="Width">1, 2 for a wide character, 0 for its second half.</param>
public readonly record struct CellView(string Text, int Width, CellStyle Style);
