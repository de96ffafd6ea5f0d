using System.Globalization;
using System.Text;

namespace Holdfast.Generate;

/// <summary>The page of one error code in docs/errors: what it means, what to do, what stays usable. Stateless.</summary>
internal static class ErrorPage
{
    public static string Of(ErrorRow row)
    {
        var (number, name, facts) = row;
        var text = new StringBuilder();
        text.Append("<!-- Written by tools/Holdfast.Generate from proto/holdfast/v1/errors.proto: edit that. -->\n");
        text.Append(CultureInfo.InvariantCulture, $"# {name}\n\n{facts.Meaning}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"**What to do.** {(facts.Hint.Length == 0 ? "The message says what is known; there is no general advice." : facts.Hint)}\n\n");
        if (facts.Details.Length > 0)
            text.Append(CultureInfo.InvariantCulture, $"{facts.Details}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"| number on the wire | exit code of the command line | the same request may succeed later |\n|---|---|---|\n");
        text.Append(CultureInfo.InvariantCulture, $"| {number} | {facts.ExitCode} | {(facts.Retryable ? "yes" : "no")} |\n\n[All errors](../errors.md)\n");
        return text.ToString();
    }
}
