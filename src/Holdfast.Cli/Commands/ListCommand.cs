using System.CommandLine;
using System.Text;
using Holdfast.Cli.Output;
using Holdfast.Cli.Sessions;
using Holdfast.Protocol.V1;

namespace Holdfast.Cli.Commands;

/// <summary>`ls`: every session there is; an empty list where no daemon is. One per command line.</summary>
internal sealed class ListCommand : Command
{
    public ListCommand()
        : base("ls", "List the sessions.\n\n  holdfast ls\n  holdfast ls --json | jq -r '.[].name'")
    {
        var json = CommonOptions.Json();
        Aliases.Add("list");
        Options.Add(json);
        SetAction((parsed, cancellation) => RunAsync(parsed.GetValue(json), cancellation));
    }

    private static async Task<int> RunAsync(bool json, CancellationToken cancellation)
    {
        await using var client = await DaemonAccess.FindSessionsAsync(reconnect: true, cancellation);
        var sessions = client is null ? [] : await client.ListAsync(cancellation);
        if (json)
        {
            JsonOutput.Write([.. sessions.Select(SessionRow.Of)], JsonShapes.Default.SessionRowArray);
            return 0;
        }

        StandardOutput.Write(Encoding.UTF8.GetBytes(Table(sessions, DateTimeOffset.UtcNow).ToText(StandardOutput.IsColoured, StandardOutput.IsTerminal ? TerminalAttach.Size()?.Columns : null)));
        return 0;
    }

    internal static PlainTable Table(IEnumerable<SessionInfo> sessions, DateTimeOffset now)
    {
        var table = new PlainTable("NAME", "STATE", "PID", "SIZE", "CREATED", "CLIENTS", "OWNER", "COMMAND");
        foreach (var s in sessions)
        {
            table.Add(
                s.Name,
                s.Failure.Length == 0 ? SessionRow.StateName(s.State) : $"{s.Recovered} ({s.Failure})",
                s.Pid == 0 ? "-" : s.Pid.ToString(),
                s.Size is { } size ? $"{size.Cols}x{size.Rows}" : "-",
                Age.Text(now - DateTimeOffset.FromUnixTimeMilliseconds((long)s.CreatedAtMs)),
                s.Observers == 0 ? s.Clients.ToString() : $"{s.Clients} ({s.Observers} watching)",
                OwnerText.Short(s),
                Printable.Text(string.Join(' ', s.Command)));
        }

        return table;
    }
}
