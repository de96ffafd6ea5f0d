using System.Text;
using System.Text.Json;

namespace Holdfast.TestKit;

/// <summary>How a run of the command line ended, and what it said. A value.</summary>
public sealed record CliResult(int ExitCode, byte[] Output, string Error)
{
    public string Text => Encoding.UTF8.GetString(Output);

    /// <summary>The output of --json.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    /// <summary>Itself, where it succeeded.</summary>
    public CliResult Succeeded() =>
        ExitCode == 0 ? this : throw new InvalidOperationException($"exit code {ExitCode}\nstdout: {Text}\nstderr: {Error}");
}
