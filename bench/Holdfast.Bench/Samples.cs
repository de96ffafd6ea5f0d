namespace Holdfast.Bench;

/// <summary>Measured values of one kind. A value; smaller half and tail are what the other users of the machine disturb least and most.</summary>
internal sealed class Samples
{
    private readonly List<double> _values = [];

    public int Count => _values.Count;

    public double Median => At(0.5);

    /// <summary>The tenth percentile: nearly what an otherwise idle machine gives.</summary>
    public double Quiet => At(0.1);

    public double P99 => At(0.99);

    public double Lowest => _values.Count == 0 ? double.NaN : _values.Min();

    public double Highest => _values.Count == 0 ? double.NaN : _values.Max();

    public void Add(double value) => _values.Add(value);

    public void Add(IEnumerable<double> values) => _values.AddRange(values);

    private double At(double part)
    {
        if (_values.Count == 0)
            return double.NaN;
        var sorted = _values.Order().ToArray();
        return sorted[Math.Min((int)(sorted.Length * part), sorted.Length - 1)];
    }
}
