namespace Holdfast.Terminal.Scrollback;

/// <summary>
/// A row that was written from left to right only, as nearly all are: it is kept in the form of <see cref="LineCodec"/> from the start, so
/// that it goes to the scrollback as it is. A value, one for each row of a grid; the bytes lie where the row's cells would.
/// </summary>
internal struct AppendedRow
{
    /// <summary><see cref="Columns"/> of a row that is kept as cells.</summary>
    public const int AsCells = int.MaxValue;

    /// <summary>Cells so far; those right of them are blank.</summary>
    public int Columns;

    /// <summary>Bytes so far.</summary>
    public int Length;

    /// <summary>Where the last cell's bytes begin.</summary>
    public int LastCell;

    /// <summary>The style of the last cell.</summary>
    public uint Fg;

    public uint Bg;

    public uint Attr;

    /// <summary>Whether there is more than printable ASCII in one style.</summary>
    public bool IsMixed;

    /// <summary>Whether a cell holds more than one scalar.</summary>
    public bool HasClusters;
}
