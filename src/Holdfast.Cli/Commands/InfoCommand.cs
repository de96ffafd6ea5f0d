using System.CommandLine;
using System.Text;
using Holdfast.Cli.Output;
using Holdfast.Cli.Sessions;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Cli.Commands;

/// <summary>`info`: everything the daemon says of one session. One per command line.</summary>
internal sealed class InfoCommand : Command
{
    public InfoCommand()
        : base("info", "Show one session.\n\n  holdfast info work\n  holdfast info work --json | jq .head")
    {
        var session = CommonOptions.Session();
        var json = CommonOptions.Json();
        Arguments.Add(session);
        Options.Add(json);
        SetAction((parsed, cancellation) => RunAsync(parsed.GetRequiredValue(session), parsed.GetValue(json), cancellation));
    }

    private static Task<int> RunAsync(string name, bool json, CancellationToken cancellation) =>
        DaemonAccess.WithSessionAsync(name, async client =>
        {
            var session = await client.InspectAsync(name, cancellation);
            if (json)
                JsonOutput.Write(SessionDetails.Of(session), JsonShapes.Default.SessionDetails);
            else
                StandardOutput.Write(Encoding.UTF8.GetBytes(Text(session)));
            return 0;
        }, cancellation);

    private static string Text(SessionInfo session)
    {
        var row = SessionDetails.Of(session);
        var text = new StringBuilder();
        void Line(string key, object? value)
        {
            if (value is not null)
                text.Append(key.PadRight(14)).Append(Printable.Text(value.ToString() ?? "")).Append('\n');
        }

        Line("name", row.Name);
        Line("id", row.Id);
        Line("state", row.State);
        Line("pid", row.Pid);
        Line("command", string.Join(' ', row.Command));
        Line("cwd", row.Cwd);
        Line("size", $"{row.Cols}x{row.Rows}");
        Line("created", row.CreatedAt);
        Line("exited", row.ExitedAt);
        Line("exit code", row.ExitCode);
        Line("exit signal", row.ExitSignal is { } signal ? SignalNames.Format(signal) : null);
        Line("owner", OwnerText.Long(session));
        Line("clients", $"{row.Clients} ({row.Observers} observing)");
        foreach (var client in row.Attached)
            Line("", $"{client.ClientId} ({client.ClientName}) {client.Part}, at {client.Offset}, {client.Pending} pending, {client.Level}, {client.Gaps} gaps ({client.GapBytes} bytes)");
        Line("output", $"{row.Head} bytes, held from {row.RetainedFrom}, ring {SizeText.FormatBytes(row.RingBytes)}, on overflow {row.Overflow}");
        Line("title", row.Title);
        Line("restore", row.Restore);
        Line("recovered", row.Failure is null ? row.Recovered : $"{row.Recovered} ({row.Failure})");
        return text.ToString();
    }
}
