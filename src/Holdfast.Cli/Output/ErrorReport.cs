using Holdfast.Protocol;

namespace Holdfast.Cli.Output;

/// <summary>Tells a failure: one line and a hint on standard error, and with --json an object on standard output. Stateless.</summary>
internal static class ErrorReport
{
    /// <summary>Returns the exit code.</summary>
    public static int Tell(HoldfastException failure, bool json)
    {
        StandardOutput.WriteErrorLine($"holdfast: {failure.Message} ({failure.CodeName})");
        if (failure.Hint is { Length: > 0 } hint)
            StandardOutput.WriteErrorLine($"hint: {hint}");
        if (json)
        {
            try
            {
                JsonOutput.Write(new ErrorDocument(new ErrorRow(failure.CodeName, failure.Message, failure.Hint)), JsonShapes.Default.ErrorDocument);
            }
            catch (BrokenPipeException e)
            {
                // Told on standard error already.
                _ = e;
            }
        }

        return failure.ExitCode;
    }
}
