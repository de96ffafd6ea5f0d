using System.CommandLine;
using System.CommandLine.Completions;
using Holdfast.Cli.Sessions;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Cli.Commands;

/// <summary>Options and arguments that several verbs share, a new object for each. Stateless.</summary>
internal static class CommonOptions
{
    private const double MostSeconds = 1e7;

    // A completion that takes longer than a blink disturbs more than it helps.
    private static readonly TimeSpan CompletionDeadline = TimeSpan.FromMilliseconds(300);

    public static Option<bool> Json() => new("--json") { Description = "Print one JSON document" };

    public static Option<double?> Timeout(string description) => new("--timeout") { Description = description, HelpName = "S" };

    public static Option<bool> Takeover() => new("--takeover") { Description = "Also where another client is the owner; it is told" };

    public static Argument<string> Session()
    {
        var argument = new Argument<string>("NAME") { Description = "The session's name or id" };
        argument.CompletionSources.Add(KnownSessions);
        return argument;
    }

    public static IEnumerable<CompletionItem> KnownSessions(CompletionContext context)
    {
        using var limit = new CancellationTokenSource(CompletionDeadline);
        try
        {
            return ListAsync(limit.Token).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is HoldfastException or OperationCanceledException)
        {
            // A completion has nobody to tell.
            return [];
        }
    }

    /// <exception cref="HoldfastException">USAGE.</exception>
    public static TimeSpan? Seconds(double? seconds) => seconds switch
    {
        null => null,
        >= 0 and < MostSeconds => TimeSpan.FromSeconds(seconds.Value),
        _ => throw new HoldfastException(ErrorCode.Usage, "--timeout is a number of seconds, 0 or more"),
    };

    /// <exception cref="HoldfastException">SIZE_INVALID.</exception>
    public static TerminalSize Size(string text) => SizeText.TryParseTerminal(text, out var cols, out var rows)
        ? new TerminalSize { Cols = cols, Rows = rows }
        : throw new HoldfastException(ErrorCode.SizeInvalid, $"{text} is no terminal size", "Give columns and rows from 1 to 1000, such as 80x24.");

    private static async Task<IEnumerable<CompletionItem>> ListAsync(CancellationToken cancellation)
    {
        await using var client = await DaemonAccess.FindAsync(reconnect: false, cancellation);
        if (client is null)
            return [];
        var sessions = await client.ListAsync(cancellation);
        return [.. sessions.Select(s => new CompletionItem(s.Name))];
    }
}
