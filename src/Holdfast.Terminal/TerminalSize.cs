namespace Holdfast.Terminal;

/// <summary>
/// Width and height of a terminal in character cells. A value.
/// </summary>
public readonly record struct TerminalSize(int Columns, int Rows)
{
    /// <summary>The largest number of columns or rows; what is larger is cut. Bounds a model's memory, and no display is larger.</summary>
    public const int Largest = 1000;

    /// <summary>The size every terminal begins with when nobody said otherwise.</summary>
    public static TerminalSize Default => new(80, 24);

    internal TerminalSize Clamped() => new(Math.Clamp(Columns, 1, Largest), Math.Clamp(Rows, 1, Largest));
}
