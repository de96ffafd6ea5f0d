using System.Text;

namespace Holdfast.Terminal.Screen;

/// <summary>
/// The texts of cells that hold more than one scalar, by id. Owned by one model; swept when full, so endless input cannot make it grow.
/// </summary>
internal sealed class ClusterTable
{
    /// <summary>UTF-16 units in one cell; a family with four members and skin tones has 25. What comes after is dropped.</summary>
    public const int LongestText = 64;

    // All texts together: both screens of an ordinary size full of different clusters, and a small part of a checkpoint.
    private const int MostUnits = 96 * 1024;

    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _byText;
    private readonly List<string?> _texts = [];
    private readonly Stack<int> _free = new();
    private int _units;

    // The joins made last, by the cell's content before and the scalar that joined; forgotten with any sweep, as ids change then.
    private readonly (uint Before, int Scalar, uint After)[] _recent = new (uint, int, uint)[64];

    public ClusterTable() => _byText = _ids.GetAlternateLookup<ReadOnlySpan<char>>();

    public bool IsOverfull => _units >= MostUnits;

    public string this[uint id] => _texts[(int)id] ?? "";

    /// <summary>The id of a text, or false when the table is full: the caller sweeps and asks again.</summary>
    public bool TryIntern(ReadOnlySpan<char> text, bool beyondBounds, out uint id)
    {
        if (_byText.TryGetValue(text, out var known))
        {
            id = (uint)known;
            return true;
        }
        id = 0;
        if (!beyondBounds && _units + text.Length > MostUnits)
            return false;
        var copy = text.ToString();
        if (!_free.TryPop(out var place))
        {
            place = _texts.Count;
            _texts.Add(null);
        }
        _texts[place] = copy;
        _ids[copy] = place;
        _units += copy.Length;
        id = (uint)place;
        return true;
    }

    /// <summary>The content of a cell after a scalar joined it, where that happened lately.</summary>
    public bool TryRecall(uint before, int scalar, out uint after)
    {
        var recent = _recent[PlaceOf(before, scalar)];
        after = recent.After;
        return recent.Before == before && recent.Scalar == scalar && before != 0;
    }

    public void Remember(uint before, int scalar, uint after) => _recent[PlaceOf(before, scalar)] = (before, scalar, after);

    private static int PlaceOf(uint before, int scalar) => (int)((before * 31) + (uint)scalar) & 63;

    /// <summary>Forgets what none of the grids shows. Returns whether enough became free for sweeping to be worth its cost.</summary>
    public bool Sweep(Grid? first, Grid? second)
    {
        Array.Clear(_recent);
        var used = new bool[_texts.Count];
        Mark(first, used);
        Mark(second, used);
        var before = _units;
        for (var i = 0; i < used.Length; i++)
        {
            if (used[i] || _texts[i] is not { } text)
                continue;
            _ids.Remove(text);
            _units -= text.Length;
            _texts[i] = null;
            _free.Push(i);
        }
        return before - _units > LongestText;
    }

    /// <summary>The text of a cell, in UTF-16, into <paramref name="buffer"/>.</summary>
    public ReadOnlySpan<char> Text(in Cell cell, Span<char> buffer)
    {
        if ((cell.Content & Cell.ClusterBit) != 0)
            return this[cell.Content & Cell.ContentMask];
        var scalar = cell.Content & Cell.ContentMask;
        return scalar == 0 ? default : buffer[..new Rune(scalar).EncodeToUtf16(buffer)];
    }

    private static void Mark(Grid? grid, bool[] used)
    {
        if (grid is null)
            return;
        for (var row = 0; row < grid.Rows; row++)
        {
            foreach (ref readonly var cell in grid.KeptCells(row))
            {
                if ((cell.Content & Cell.ClusterBit) != 0)
                    used[cell.Content & Cell.ContentMask] = true;
            }
        }
    }
}
