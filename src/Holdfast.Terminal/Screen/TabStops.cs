namespace Holdfast.Terminal.Screen;

/// <summary>
/// The tab stops of a screen (HTS, TBC). Owned by its grid.
/// </summary>
internal sealed class TabStops
{
    private const int Distance = 8;

    private bool[] _stops;

    public TabStops(int columns)
    {
        _stops = new bool[columns];
        Reset();
    }

    public bool this[int column] => column < _stops.Length && _stops[column];

    public void Reset()
    {
        for (var i = 0; i < _stops.Length; i++)
            _stops[i] = i % Distance == 0;
    }

    public void Set(int column) => _stops[column] = true;

    public void Clear(int column) => _stops[column] = false;

    public void ClearAll() => Array.Clear(_stops);

    /// <summary>The next stop to the right, at most <paramref name="last"/>.</summary>
    public int Next(int column, int last)
    {
        do
            column++;
        while (column < last && !_stops[column]);
        return Math.Min(column, last);
    }

    /// <summary>The next stop to the left, at least <paramref name="first"/>.</summary>
    public int Previous(int column, int first)
    {
        do
            column--;
        while (column > first && !_stops[column]);
        return Math.Max(column, first);
    }

    /// <summary>Keeps the stops that remain; new columns get the usual ones.</summary>
    public void Resize(int columns)
    {
        var old = _stops;
        if (old.Length == columns)
            return;
        _stops = new bool[columns];
        for (var i = 0; i < columns; i++)
            _stops[i] = i < old.Length ? old[i] : i % Distance == 0;
    }
}
