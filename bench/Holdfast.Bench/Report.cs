using System.Globalization;
using System.Text;

namespace Holdfast.Bench;

/// <summary>The one table: what was measured, its reference in the same run, the ratio, the target. Owned by Main.</summary>
internal sealed class Report
{
    private readonly StringBuilder _rows = new("| figure | measured | reference | ratio | target | |\n|---|---|---|---|---|---|\n");

    /// <summary>A figure that has a limit of its own.</summary>
    public void Absolute(string figure, double value, string unit, double atMost) =>
        Row(figure, Text(value, unit), "", "", $"≤ {Text(atMost, unit)}", value <= atMost);

    /// <summary>A figure that is only told.</summary>
    public void Absolute(string figure, double value, string unit) => Row(figure, Text(value, unit), "", "", "", null);

    /// <summary>A figure that is judged beside another one.</summary>
    /// <param name="figure">What it is.</param>
    /// <param name="value">Measured.</param>
    /// <param name="reference">What it is divided by.</param>
    /// <param name="referenceName">Where that comes from.</param>
    /// <param name="unit">Of both.</param>
    /// <param name="limit">Of the ratio; null: for information.</param>
    /// <param name="atLeast">Whether the limit is a lower one.</param>
    public void Ratio(string figure, double value, double reference, string referenceName, string unit, double? limit = null, bool atLeast = false)
    {
        var ratio = value / reference;
        var target = limit is { } l ? $"{(atLeast ? "≥" : "≤")} {l.ToString("0.00", CultureInfo.InvariantCulture)}" : "";
        bool? held = limit is null ? null : atLeast ? ratio >= limit : ratio <= limit;
        Row(figure, Text(value, unit), $"{referenceName} {Text(reference, unit)}", ratio.ToString("0.00", CultureInfo.InvariantCulture), target, held);
    }

    public void Fact(string figure, string value, bool? held = null) => Row(figure, value, "", "", "", held);

    public override string ToString() => _rows.ToString();

    private static string Text(double value, string unit) => value.ToString("0.##", CultureInfo.InvariantCulture) + " " + unit;

    private void Row(string figure, string measured, string reference, string ratio, string target, bool? held)
    {
        var row = $"| {figure} | {measured} | {reference} | {ratio} | {target} | {held switch { true => "held", false => "MISSED", null => "" }} |\n";
        Console.Error.Write(row);
        _rows.Append(row);
    }
}
