using System.Globalization;

namespace Holdfast.Linux.Processes;

/// <summary>Facts about a process from /proc (proc_pid_stat(5)).</summary>
/// <param name="State">R, S, D, T, Z and so on.</param>
/// <param name="StartTime">Clock ticks after boot: with the pid, an identity.</param>
/// <param name="ExitCode">In the encoding of wait(2); null where it may not be read.</param>
public readonly record struct ProcessFacts(char State, int Parent, int Group, int Session, ulong StartTime, int? ExitCode)
{
    /// <summary>It has ended; its parent has not looked yet.</summary>
    public bool IsDead => State is 'Z' or 'X' or 'x';

    public static bool TryRead(int pid, out ProcessFacts facts)
    {
        facts = default;
        string text;
        try
        {
            text = File.ReadAllText($"/proc/{pid}/stat");
        }
        catch (IOException)
        {
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
        // The name in parentheses may hold anything, blanks and parentheses too: fields begin after the last one.
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length < 20)
            return false;
        int? exitCode = fields.Length >= 50 && int.TryParse(fields[49], NumberStyles.Integer, CultureInfo.InvariantCulture, out var code) ? code : null;
        facts = new ProcessFacts(fields[0][0], Number(fields[1]), Number(fields[2]), Number(fields[3]), ulong.Parse(fields[19], CultureInfo.InvariantCulture), exitCode);
        return true;
    }

    private static int Number(string field) => int.Parse(field, CultureInfo.InvariantCulture);
}
