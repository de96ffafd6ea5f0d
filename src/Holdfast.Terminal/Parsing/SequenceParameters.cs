namespace Holdfast.Terminal.Parsing;

/// <summary>
/// The parameters of a control sequence (ECMA-48 5.4.2), with sub-parameters after colons in the same row. Owned by one parser and
/// used again for each sequence.
/// </summary>
internal sealed class SequenceParameters
{
    /// <summary>Parameters that are kept, as xterm; what follows is dropped.</summary>
    public const int Most = 32;

    /// <summary>Parameters and sub-parameters together; bits of a word say which are which.</summary>
    public const int MostWithParts = 64;

    /// <summary>Greater values mean the same: no screen, colour or mode is as large.</summary>
    public const int Greatest = 65535;

    /// <summary>A sub-parameter that was left out.</summary>
    public const int Missing = -1;

    private readonly int[] _values = new int[MostWithParts];
    private ulong _parts;
    private int _whole;
    private bool _isFull;

    /// <summary>Parameters and sub-parameters.</summary>
    public int Count { get; private set; }

    public bool HasParts => _parts != 0;

    /// <summary>A value by its place; 0 where there is none.</summary>
    public int this[int index] => index < Count ? _values[index] : 0;

    /// <summary>The value, or 1 where it is missing or 0: what most functions default to.</summary>
    public int OrOne(int index) => Math.Max(1, this[index]);

    public bool IsPart(int index) => (_parts & (1UL << index)) != 0;

    public void Reset()
    {
        _values[0] = 0;
        Count = 1;
        _whole = 1;
        _parts = 0;
        _isFull = false;
    }

    public void Digit(int digit)
    {
        if (_isFull)
            return;
        ref var value = ref _values[Count - 1];
        value = Math.Min((Math.Max(value, 0) * 10) + digit, Greatest);
    }

    /// <summary>The places that a reader of a whole sequence fills by itself before <see cref="Complete"/>.</summary>
    public Span<int> Values => _values;

    /// <summary>Takes what was filled in, with a bit for each sub-parameter.</summary>
    public void Complete(int count, ulong parts)
    {
        Count = count;
        _parts = parts;
    }

    public void Next()
    {
        if (_whole == Most || Count == MostWithParts)
        {
            _isFull = true;
            return;
        }
        _values[Count++] = 0;
        _whole++;
    }

    public void NextPart()
    {
        if (_isFull || Count == MostWithParts)
        {
            _isFull = true;
            return;
        }
        _parts |= 1UL << Count;
        _values[Count++] = Missing;
    }

    /// <summary>Functions that know no sub-parameters see none.</summary>
    public void DropParts()
    {
        if (_parts == 0)
            return;
        var kept = 0;
        for (var i = 0; i < Count; i++)
        {
            if (!IsPart(i))
                _values[kept++] = _values[i];
        }
        Count = kept;
        _parts = 0;
    }

    /// <summary>The parameters as they could have been received.</summary>
    public void WriteTo(Snapshot.SequenceWriter writer)
    {
        for (var i = 0; i < Count; i++)
        {
            if (i > 0)
                writer.Raw(IsPart(i) ? ":"u8 : ";"u8);
            if (_values[i] != Missing)
                writer.Number(_values[i]);
        }
        if (_isFull)
            writer.Raw(";"u8);
    }

    public void Write(Scrollback.ByteWriter writer)
    {
        writer.Number(Count);
        writer.Word(_parts);
        writer.Number(_whole);
        writer.Flag(_isFull);
        for (var i = 0; i < Count; i++)
            writer.Number(_values[i] + 1);
    }

    public void Read(ref Scrollback.ByteReader reader)
    {
        Count = reader.Number(MostWithParts);
        _parts = reader.Word();
        _whole = reader.Number(Most);
        _isFull = reader.Flag();
        for (var i = 0; i < Count; i++)
            _values[i] = reader.Number(Greatest + 1) - 1;
    }
}
