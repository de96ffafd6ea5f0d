namespace Holdfast.Terminal.Screen;

/// <summary>
/// The scrolling region (DECSTBM) and the columns between the margins (DECSLRM), which both screens share. Owned by one model.
/// </summary>
internal sealed class Margins
{
    public int Top { get; set; }

    public int Bottom { get; set; }

    public int Left { get; set; }

    public int Right { get; set; }

    public void Reset(int columns, int rows)
    {
        Top = 0;
        Bottom = rows - 1;
        Left = 0;
        Right = columns - 1;
    }
}
