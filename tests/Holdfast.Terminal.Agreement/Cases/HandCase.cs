using Holdfast.Terminal.Agreement.Oracle;

namespace Holdfast.Terminal.Agreement.Cases;

/// <summary>One case of a file in Cases/: what happens to a terminal, and what it shows then. Filled by <see cref="CaseFile"/>, then unchanged.</summary>
internal sealed class HandCase(string file, string name)
{
    public string File => file;

    public string Name => name;

    public TerminalSize Size { get; set; } = new(20, 5);

    public List<TerminalStep> Steps { get; } = [];

    /// <summary>Why @xterm/headless is not to agree; null where it is.</summary>
    public string? Alone { get; set; }

    /// <summary>Whether only what is seen is compared, because the rest differs on purpose.</summary>
    public bool OnlySeen { get; set; }

    /// <summary>Whether no snapshot of it can look the same in @xterm/headless, which lacks what it needs.</summary>
    public bool Unshown { get; set; }

    /// <summary>The screen's rows; empty: not said.</summary>
    public List<string> Rows { get; } = [];

    /// <summary>Lines the picture must have.</summary>
    public List<string> Present { get; } = [];

    /// <summary>Beginnings of lines it must not have.</summary>
    public List<string> Absent { get; } = [];

    public OracleCase Terminal => new(Size, Steps);

    /// <summary>What of the expectation does not hold; empty where all does.</summary>
    public IEnumerable<string> Offences(TerminalModel model, string picture)
    {
        for (var row = 0; row < model.Size.Rows && Rows.Count > 0; row++)
        {
            var expected = row < Rows.Count ? Rows[row].TrimEnd() : "";
            var shown = Pictures.ModelPicture.Text(model, row);
            if (shown != expected)
                yield return $"row {row} is \"{shown}\" and not \"{expected}\"";
        }
        var lines = picture.Split('\n');
        foreach (var line in Present.Where(l => !lines.Contains(l)))
            yield return $"not in the picture: {line}";
        foreach (var start in Absent)
        {
            if (Array.Find(lines, l => l.StartsWith(start, StringComparison.Ordinal)) is { } line)
                yield return $"in the picture: {line}";
        }
    }

    public override string ToString() => $"== {Name}  ({File})\n{Terminal}";
}
