using System.Text;
using Holdfast.Terminal.Agreement.Oracle;

namespace Holdfast.Terminal.Agreement.Cases;

/// <summary>Reads the files in Cases/; README.md there explains them. Read once, then immutable.</summary>
internal static class CaseFile
{
    public static IReadOnlyList<HandCase> All { get; } = [.. Directory.EnumerateFiles(AgreementFolder.PathOf("Cases"), "*.txt").Order(StringComparer.Ordinal).SelectMany(Read)];

    public static HandCase Find(string file, string name) => All.Single(c => c.File == file && c.Name == name);

    private static List<HandCase> Read(string path)
    {
        var cases = new List<HandCase>();
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (line.Length == 0 || line[0] == '#')
                continue;
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            var (word, rest) = space < 0 ? (line, "") : (line[..space], line[(space + 1)..]);
            if (word == "==")
                cases.Add(new HandCase(Path.GetFileNameWithoutExtension(path), rest));
            else if (cases.Count == 0 || !Take(cases[^1], word, rest))
                throw new FormatException($"{path}:{number}: {line}");
        }
        return cases;
    }

    private static bool Take(HandCase one, string word, string rest)
    {
        switch (word)
        {
            case "size":
                one.Size = Size(rest);
                return true;
            case "resize":
                one.Steps.Add(new TerminalStep(null, Size(rest)));
                return true;
            case "in":
                one.Steps.Add(TerminalStep.Feed(Escaped.Read(rest)));
                return true;
            case "alone":
                one.Alone = rest;
                return true;
            case "seen":
                one.OnlySeen = true;
                return true;
            case "unshown":
                one.Unshown = true;
                return true;
            case "|":
                one.Rows.Add(Encoding.UTF8.GetString(Escaped.Read(rest)));
                return true;
            case "=":
                // In a picture a backslash stands for itself; only characters that cannot be seen are spelt here.
                one.Present.Add(rest.Contains("\\u{", StringComparison.Ordinal) ? Encoding.UTF8.GetString(Escaped.Read(rest)) : rest);
                return true;
            case "-":
                one.Absent.Add(rest);
                return true;
            default:
                return false;
        }
    }

    private static TerminalSize Size(string text) => text.Split('x') is [var columns, var rows] ? new TerminalSize(int.Parse(columns), int.Parse(rows)) : throw new FormatException(text);
}
