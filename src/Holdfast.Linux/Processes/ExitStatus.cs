namespace Holdfast.Linux.Processes;

/// <summary>How a process ended.</summary>
/// <param name="Code">Its exit code where it exited by itself.</param>
/// <param name="Signal">The signal that ended it, or 0.</param>
/// <param name="Lost">It ended, but nobody could read how.</param>
public readonly record struct ExitStatus(int Code, int Signal, bool Lost)
{
    public static ExitStatus Unknown => new(0, 0, Lost: true);

    /// <summary>Reads the encoding of wait(2): the code in bits 8–15, the signal in bits 0–6.</summary>
    public static ExitStatus FromWaitStatus(int status) =>
        (status & 0x7f) == 0 ? new((status >> 8) & 0xff, 0, Lost: false) : new(0, status & 0x7f, Lost: false);
}
