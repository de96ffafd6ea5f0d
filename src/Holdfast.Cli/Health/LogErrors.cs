using System.Text;
using System.Text.Json;

namespace Holdfast.Cli.Health;

/// <summary>Counts the errors in the end of the daemon's log. Stateless.</summary>
internal static class LogErrors
{
    public const int Lines = 100;

    // A hundred long lines, with stacks.
    private const int MaxBytes = 1 << 20;

    // Of the runtime, when a fault ends the process: the one line of the log that the daemon does not write itself.
    private const string Fault = "Unhandled exception";

    /// <summary>Null where the log cannot be read.</summary>
    public static int? Count(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            file.Position = Math.Max(0, file.Length - MaxBytes);
            using var reader = new StreamReader(file, Encoding.UTF8);
            return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(Lines).Count(IsError);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool IsError(string line)
    {
        if (!line.StartsWith('{'))
            return line.StartsWith(Fault, StringComparison.Ordinal);
        try
        {
            using var parsed = JsonDocument.Parse(line);
            return parsed.RootElement.TryGetProperty("LogLevel", out var level) && level.GetString() is "Error" or "Critical";
        }
        catch (JsonException)
        {
            // Cut at its begin by the bound, or at its end by a daemon that died writing it.
            return false;
        }
    }
}
