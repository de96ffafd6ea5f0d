using System.Globalization;

namespace Holdfast.Protocol;

/// <summary>
/// Signal names and numbers of Linux on x64 and arm64, which agree.
/// Stateless, callable from any thread.
/// </summary>
public static class SignalNames
{
    public const int Max = 64;

    // glibc keeps 32 and 33 for its threads; what it calls SIGRTMIN is 34.
    private const int FirstRealTime = 34;

    // Shells name the lower half from RTMIN and the upper from RTMAX; `kill -l` prints the same.
    private const int LastFromFirst = 49;

    private static readonly string?[] Standard =
    [
        null, "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM",
        "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ];

    /// <summary>The number of "TERM", "SIGTERM", "term" or "15"; false where there is no such signal.</summary>
    public static bool TryParse(string? text, out int signal)
    {
        signal = 0;
        if (string.IsNullOrEmpty(text))
            return false;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            signal = number is >= 1 and <= Max ? number : 0;
            return signal != 0;
        }

        var name = text.ToUpperInvariant();
        if (name.StartsWith("SIG", StringComparison.Ordinal))
            name = name[3..];
        signal = name.Length == 0 ? 0 : Named(name);
        return signal != 0;
    }

    /// <summary>The name without SIG, such as "TERM" or "RTMIN+1"; the number itself where there is no name.</summary>
    public static string Format(int signal) => signal switch
    {
        > 0 when signal < Standard.Length => Standard[signal]!,
        FirstRealTime => "RTMIN",
        > FirstRealTime and <= LastFromFirst => $"RTMIN+{signal - FirstRealTime}",
        > LastFromFirst and < Max => $"RTMAX-{Max - signal}",
        Max => "RTMAX",
        _ => signal.ToString(CultureInfo.InvariantCulture),
    };

    private static int Named(string name) => name switch
    {
        "IOT" => Array.IndexOf(Standard, "ABRT"),
        "CLD" => Array.IndexOf(Standard, "CHLD"),
        "POLL" => Array.IndexOf(Standard, "IO"),
        "RTMIN" => FirstRealTime,
        "RTMAX" => Max,
        _ when name.StartsWith("RTMIN+", StringComparison.Ordinal) => RealTime(FirstRealTime, 1, name.AsSpan(6)),
        _ when name.StartsWith("RTMAX-", StringComparison.Ordinal) => RealTime(Max, -1, name.AsSpan(6)),
        _ => Math.Max(Array.IndexOf(Standard, name), 0),
    };

    private static int RealTime(int origin, int direction, ReadOnlySpan<char> distance)
    {
        if (!byte.TryParse(distance, NumberStyles.None, CultureInfo.InvariantCulture, out var steps))
            return 0;
        var signal = origin + (direction * steps);
        return signal is >= FirstRealTime and <= Max ? signal : 0;
    }
}
