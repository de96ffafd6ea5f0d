using System.CommandLine;
using Holdfast.Cli.Sessions;

namespace Holdfast.Cli.Commands;

/// <summary>`resize`: sets the size of a session's terminal. One per command line.</summary>
internal sealed class ResizeCommand : Command
{
    public ResizeCommand()
        : base("resize", "Set the size of a session's terminal: columns x rows.\n\n  holdfast resize work 120x40")
    {
        var session = CommonOptions.Session();
        var size = new Argument<string>("CxR") { Description = "Columns and rows, 1 to 1000 each" };
        Arguments.Add(session);
        Arguments.Add(size);
        var takeover = CommonOptions.Takeover();
        Options.Add(takeover);
        Options.Add(CommonOptions.Json());
        SetAction((parsed, cancellation) =>
            RunAsync(parsed.GetRequiredValue(session), parsed.GetRequiredValue(size), parsed.GetValue(takeover), cancellation));
    }

    private static Task<int> RunAsync(string name, string text, bool takeover, CancellationToken cancellation)
    {
        var size = CommonOptions.Size(text);
        return DaemonAccess.WithSessionAsync(name, async client =>
        {
            await OwnedAction.RunAsync(
                client, name, takeover, () => client.ResizeAsync(name, size.Cols, size.Rows, cancellation), cancellation);
            return 0;
        }, cancellation);
    }
}
