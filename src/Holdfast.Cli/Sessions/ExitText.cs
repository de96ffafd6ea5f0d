using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Cli.Sessions;

/// <summary>How a program's end becomes an exit code and a sentence. Stateless.</summary>
internal static class ExitText
{
    // What every shell does: 128 and the number of the signal.
    private const int SignalBase = 128;

    /// <exception cref="HoldfastException">EXIT_STATUS_LOST.</exception>
    public static int CodeOf(string session, ExitStatus? exit)
    {
        if (exit is null || exit.Lost)
            throw new HoldfastException(ErrorCode.ExitStatusLost, $"{session} has ended, but its exit status was lost");
        return exit.Signal > 0 ? SignalBase + exit.Signal : exit.Code;
    }

    public static string Describe(ExitStatus? exit) => exit switch
    {
        null => "is gone",
        { Lost: true } => "ended, its exit code was lost",
        { Signal: > 0 } => $"was ended by signal {SignalNames.Format(exit.Signal)}",
        _ => $"ended with exit code {exit.Code}",
    };
}
