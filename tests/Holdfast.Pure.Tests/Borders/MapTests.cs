using System.Text.RegularExpressions;
using Xunit;

namespace Holdfast.Pure.Tests.Borders;

/// <summary>docs/MAP.md says of every file what it is for, and of none that is gone.</summary>
public sealed partial class MapTests
{
    private const string Cure = "docs/MAP.md differs from the tree; `tools/map-check --write` puts it right:";

    private readonly List<string> _files = SourceTree.Files();

    private readonly Dictionary<string, string> _entries = ReadMap();

    [Fact]
    public void Every_file_has_its_line() =>
        SourceTree.Demand(_files, _files.Where(f => !_entries.ContainsKey(f) && !IsBelowAStar(f)), Cure);

    [Fact]
    public void Every_line_has_its_file()
    {
        var known = _files.ToHashSet(StringComparer.Ordinal);
        var stale = _entries.Keys.Where(e => !(e.EndsWith("/*", StringComparison.Ordinal) ? Directory.Exists(Path.Combine(SourceTree.Root, e[..^2])) : known.Contains(e)));
        SourceTree.Demand(_entries.Keys, stale, Cure);
    }

    [Fact]
    public void Every_line_says_something() =>
        SourceTree.Demand(_entries.Keys, _entries.Where(e => string.IsNullOrWhiteSpace(e.Value)).Select(e => e.Key), "Lines without a text in docs/MAP.md:");

    private static Dictionary<string, string> ReadMap()
    {
        var entries = new Dictionary<string, string>(StringComparer.Ordinal);
        var folder = "";
        foreach (var line in SourceTree.Read("docs/MAP.md").Split('\n'))
        {
            if (line.StartsWith("## ", StringComparison.Ordinal))
                folder = line[3..] == "." ? "" : line[3..] + "/";
            else if (Entry().Match(line) is { Success: true } match)
                entries.Add(folder + match.Groups[1].Value, match.Groups[2].Value);
        }
        return entries;
    }

    private bool IsBelowAStar(string file)
    {
        for (var folder = Path.GetDirectoryName(file); !string.IsNullOrEmpty(folder); folder = Path.GetDirectoryName(folder))
        {
            if (_entries.ContainsKey($"{folder}/*"))
                return true;
        }
        return false;
    }

    [GeneratedRegex("^- `([^`]+)`: (.*)$")]
    private static partial Regex Entry();
}
