using System.Text;
using Holdfast.Cli.Output;

namespace Holdfast.Cli.Sessions;

/// <summary>A word from the client itself on the lowest line of a terminal that shows a session, where it moves nothing. Stateless.</summary>
internal static class StatusLine
{
    /// <summary>Long enough to be read; then what lies below is shown again.</summary>
    public static readonly TimeSpan Time = TimeSpan.FromSeconds(4);

    /// <summary>The line as it stands in its row: reversed, cut to the terminal's width.</summary>
    public static string Row(string notice, int columns)
    {
        var text = $"[holdfast: {Printable.Text(notice)}]";
        return $"\e[0;7m{text[..Math.Min(text.Length, columns)]}\e[0m";
    }

    /// <summary>Writes it over what is there; cursor, attributes and origin mode stay (DECSC, DECRC).</summary>
    public static byte[] Over(string notice, int columns, int rows) =>
        Encoding.UTF8.GetBytes($"\e7\e[?6l\e[{rows};1H\e[2K{Row(notice, columns)}\e8");
}
