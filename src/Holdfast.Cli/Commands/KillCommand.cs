using System.CommandLine;
using Holdfast.Cli.Output;
using Holdfast.Cli.Sessions;
using Holdfast.Client;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Cli.Commands;

/// <summary>`kill`: ends sessions with all their processes; forgets those that ended already. One per command line.</summary>
internal sealed class KillCommand : Command
{
    public KillCommand()
        : base("kill", "End sessions: SIGHUP, then SIGTERM, then SIGKILL to all their processes, until none is left.\nA session whose program has ended already is forgotten.\n\n  holdfast kill work build\n  holdfast kill --all --timeout 2")
    {
        var names = new Argument<string[]>("NAME") { Description = "Names or ids", Arity = ArgumentArity.ZeroOrMore };
        names.CompletionSources.Add(CommonOptions.KnownSessions);
        var all = new Option<bool>("--all") { Description = "Every session" };
        var timeout = CommonOptions.Timeout("Seconds from SIGHUP to SIGKILL");
        var json = CommonOptions.Json();
        Arguments.Add(names);
        Options.Add(all);
        var takeover = CommonOptions.Takeover();
        Options.Add(timeout);
        Options.Add(takeover);
        Options.Add(json);
        SetAction((parsed, cancellation) => RunAsync(
            parsed.GetValue(names) ?? [],
            parsed.GetValue(all),
            new Way(CommonOptions.Seconds(parsed.GetValue(timeout)), parsed.GetValue(takeover)),
            parsed.GetValue(json),
            cancellation));
    }

    private static async Task<int> RunAsync(string[] names, bool all, Way way, bool json, CancellationToken cancellation)
    {
        if (all == names.Length > 0)
            throw new HoldfastException(ErrorCode.Usage, "give either names or --all", "See `holdfast kill --help`.");
        await using var client = await DaemonAccess.FindSessionsAsync(reconnect: true, cancellation);
        if (client is null && !all)
            throw DaemonAccess.Gone(names[0], []);

        string[] killed = [];
        if (client is not null)
            killed = all ? await KillAllAsync(client, way, cancellation) : await KillAsync(client, names, way, cancellation);
        if (json)
            JsonOutput.Write(new NamesRow(killed), JsonShapes.Default.NamesRow);
        return 0;
    }

    private static async Task<string[]> KillAllAsync(HoldfastClient client, Way way, CancellationToken cancellation)
    {
        var sessions = await client.ListAsync(cancellation);
        var killed = await Task.WhenAll(sessions.Select(s => KillIfThereAsync(client, s, way, cancellation)));
        return [.. killed.OfType<string>()];
    }

    // One that somebody else killed meanwhile is what was wanted.
    private static async Task<string?> KillIfThereAsync(HoldfastClient client, SessionInfo session, Way way, CancellationToken cancellation)
    {
        try
        {
            return (await client.KillAsync(session.Id, way.Timeout, way.Takeover, cancellation)).Name;
        }
        catch (HoldfastException e) when (e.Code == ErrorCode.SessionGone)
        {
            return null;
        }
    }

    // All of them, together; then the first that failed is told.
    private static async Task<string[]> KillAsync(HoldfastClient client, string[] names, Way way, CancellationToken cancellation)
    {
        var killing = names.Select(n => KillNamedAsync(client, n, way, cancellation)).ToArray();
        return await Task.WhenAll(killing);
    }

    private static async Task<string> KillNamedAsync(HoldfastClient client, string name, Way way, CancellationToken cancellation)
    {
        try
        {
            return (await client.KillAsync(name, way.Timeout, way.Takeover, cancellation)).Name;
        }
        catch (HoldfastException e) when (e.Code == ErrorCode.SessionGone)
        {
            throw DaemonAccess.Gone(name, await client.ListAsync(cancellation));
        }
    }

    /// <summary>How sessions are to be ended. A value.</summary>
    private sealed record Way(TimeSpan? Timeout, bool Takeover);
}
