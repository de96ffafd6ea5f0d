namespace Holdfast.Terminal.Scrollback;

/// <summary>
/// The lines that left the screen at the top, encoded one after the other in a circle of bytes; the oldest go when lines or bytes reach
/// their bound. Owned by one model. Takes memory as it fills, never more than its bounds.
/// </summary>
internal sealed class ScrollbackStore(int mostLines, int mostBytes)
{
    private const int FirstBytes = 4096;
    private const int FirstLines = 64;

    private byte[] _bytes = [];

    // A circle as well: where each line begins, and its length.
    private int[] _starts = [];
    private int[] _lengths = [];
    private int _oldest;
    private int _end;

    public int Count { get; private set; }

    public int MostLines => mostLines;

    /// <summary>A line, 0 the oldest. Valid until the next change.</summary>
    public ReadOnlySpan<byte> this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count);
            var place = PlaceOf(index);
            return _bytes.AsSpan(_starts[place], _lengths[place]);
        }
    }

    public void Add(ReadOnlySpan<byte> line)
    {
        if (TryAdd(line.Length, out var target))
            line.CopyTo(target);
    }

    /// <summary>Adds a line whose bytes the caller writes; false when none as long is kept.</summary>
    public bool TryAdd(int length, out Span<byte> line)
    {
        line = default;
        if (mostLines <= 0 || length > mostBytes)
            return false;
        while (Count >= mostLines)
            RemoveOldest();
        var start = MakeRoom(length);
        if (Count == _starts.Length)
            GrowIndex();
        var place = PlaceOf(Count);
        _starts[place] = start;
        _lengths[place] = length;
        _end = start + length;
        Count++;
        line = _bytes.AsSpan(start, length);
        return true;
    }

    public void RemoveNewest()
    {
        var place = PlaceOf(Count - 1);
        _end = _starts[place];
        Count--;
    }

    public void Clear()
    {
        _bytes = [];
        _starts = [];
        _lengths = [];
        _oldest = 0;
        _end = 0;
        Count = 0;
    }

    private int PlaceOf(int index)
    {
        var place = _oldest + index;
        return place >= _starts.Length ? place - _starts.Length : place;
    }

    private void RemoveOldest()
    {
        _oldest = PlaceOf(1);
        Count--;
    }

    private int MakeRoom(int length)
    {
        while (true)
        {
            if (Count == 0)
                _end = 0;
            var oldest = Count == 0 ? _bytes.Length : _starts[_oldest];
            // Lines from the oldest to the end of the array, then from its beginning on: the hole is between the newest and the oldest.
            var broken = Count > 0 && _end <= oldest;
            var limit = broken ? oldest : _bytes.Length;
            if (limit - _end >= length)
                return _end;
            if (_bytes.Length < mostBytes)
                Grow(length);
            else if (!broken && oldest >= length && Count > 0)
                return 0;
            else
                RemoveOldest();
        }
    }

    private void Grow(int needed)
    {
        var larger = new byte[Math.Min(mostBytes, Math.Max(FirstBytes, (_bytes.Length * 2) + needed))];
        var at = 0;
        for (var i = 0; i < Count; i++)
        {
            var place = PlaceOf(i);
            _bytes.AsSpan(_starts[place], _lengths[place]).CopyTo(larger.AsSpan(at));
            _starts[place] = at;
            at += _lengths[place];
        }
        _bytes = larger;
        _end = at;
    }

    private void GrowIndex()
    {
        var size = Math.Min(mostLines, Math.Max(FirstLines, _starts.Length * 2));
        var starts = new int[size];
        var lengths = new int[size];
        for (var i = 0; i < Count; i++)
        {
            starts[i] = _starts[PlaceOf(i)];
            lengths[i] = _lengths[PlaceOf(i)];
        }
        _starts = starts;
        _lengths = lengths;
        _oldest = 0;
    }
}
