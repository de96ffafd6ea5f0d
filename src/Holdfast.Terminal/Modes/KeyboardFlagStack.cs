namespace Holdfast.Terminal.Modes;

/// <summary>
/// The flags of the kitty keyboard protocol (CSI &gt; u, CSI &lt; u, CSI = u), which each screen has of its own. Owned by its grid.
/// </summary>
internal sealed class KeyboardFlagStack
{
    /// <summary>Entries that are kept; the oldest goes, as the protocol asks for a bound.</summary>
    public const int Most = 16;

    /// <summary>The flags that the protocol defines.</summary>
    public const int AllFlags = 31;

    private readonly List<int> _saved = [];

    public int Flags { get; private set; }

    /// <summary>What lies below the flags in force, the oldest first.</summary>
    public IReadOnlyList<int> Saved => _saved;

    public void Push(int flags)
    {
        if (_saved.Count == Most)
            _saved.RemoveAt(0);
        _saved.Add(Flags);
        Flags = flags & AllFlags;
    }

    public void Pop(int count)
    {
        var most = Math.Min(count, _saved.Count);
        for (var i = 0; i < most; i++)
        {
            Flags = _saved[^1];
            _saved.RemoveAt(_saved.Count - 1);
        }
        if (count > most)
            Flags = 0;
    }

    /// <summary>CSI = flags ; way u: replaces, adds or takes away.</summary>
    public void Set(int flags, int way)
    {
        flags &= AllFlags;
        Flags = way switch { 2 => Flags | flags, 3 => Flags & ~flags, _ => flags };
    }

    public void Restore(int flags, IEnumerable<int> saved)
    {
        _saved.Clear();
        _saved.AddRange(saved);
        Flags = flags & AllFlags;
    }

    public void Reset() => Restore(0, []);
}
