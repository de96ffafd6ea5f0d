namespace Holdfast.Terminal.Screen;

/// <summary>What few cells have: a colour of the underline, a hyperlink. A value; interned.</summary>
internal readonly record struct Extra(uint UnderlineColor, Hyperlink? Link);

/// <summary>
/// The rare parts of styles, by a 16-bit id; id 0 is "none". Owned by one model; swept when full, so endless input cannot make it grow.
/// </summary>
internal sealed class ExtraTable
{
    // Units of all links together; the longest link is MostLinkUnits.
    private const int MostUnits = 128 * 1024;

    // Colours of underlines count too: a program that fades them makes a new one with each cell.
    private const int MostEntries = 8 * 1024;

    private readonly Dictionary<Extra, ushort> _ids = [];
    private readonly List<Extra> _extras = [default];
    private readonly Stack<ushort> _free = new();
    private int _units;

    public bool IsOverfull => _ids.Count >= MostEntries || _units >= MostUnits;

    public Extra this[int id] => _extras[id];

    /// <summary>The id of an extra, or false when the table is full: the caller sweeps and asks again.</summary>
    public bool TryIntern(Extra extra, bool beyondBounds, out ushort id)
    {
        id = 0;
        if (extra == default || _ids.TryGetValue(extra, out id))
            return true;
        var size = SizeOf(extra);
        if (_ids.Count >= ushort.MaxValue || (!beyondBounds && (_ids.Count >= MostEntries || _units + size > MostUnits)))
            return false;
        if (!_free.TryPop(out id))
        {
            id = (ushort)_extras.Count;
            _extras.Add(default);
        }
        _extras[id] = extra;
        _ids[extra] = id;
        _units += size;
        return true;
    }

    /// <summary>Forgets what nothing refers to any more.</summary>
    public void Sweep(Grid? first, Grid? second, ushort pen)
    {
        var used = new bool[_extras.Count];
        used[pen] = true;
        Mark(first, used);
        Mark(second, used);
        for (var id = 1; id < used.Length; id++)
        {
            if (used[id] || _extras[id] == default)
                continue;
            _ids.Remove(_extras[id]);
            _units -= SizeOf(_extras[id]);
            _extras[id] = default;
            _free.Push((ushort)id);
        }
    }

    private static int SizeOf(Extra extra) => extra.Link is null ? 0 : extra.Link.Uri.Length + extra.Link.Id.Length;

    private static void Mark(Grid? grid, bool[] used)
    {
        if (grid is null)
            return;
        for (var row = 0; row < grid.Rows; row++)
        {
            foreach (ref readonly var cell in grid.KeptCells(row))
                used[cell.ExtraId] = true;
        }
    }
}
