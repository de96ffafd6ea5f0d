using System.Text;

namespace Holdfast.Cli.Output;

/// <summary>Makes text of a session safe to show: its control characters must not reach the terminal that shows a table. Stateless.</summary>
internal static class Printable
{
    public static string Text(string text)
    {
        if (!text.Any(char.IsControl))
            return text;
        var safe = new StringBuilder(text.Length);
        foreach (var c in text)
            safe.Append(char.IsControl(c) ? '?' : c);
        return safe.ToString();
    }
}
