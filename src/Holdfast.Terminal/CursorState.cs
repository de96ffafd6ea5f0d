namespace Holdfast.Terminal;

/// <summary>What the cursor looks like (DECSCUSR).</summary>
public enum CursorShape
{
    Block,
    Underline,
    Bar,
}

/// <summary>
/// Where the cursor is and how it looks. A value; column and row count from 0.
/// </summary>
/// <param name="PendingWrap">The last column was written; the next character goes to the next line.</param>
public readonly record struct CursorState(int Column, int Row, bool PendingWrap, bool Visible, CursorShape Shape, bool Blinking);
