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
        Options.Add(CommonOptions.Json());
        SetAction((parsed, cancellation) => RunAsync(parsed.GetRequiredValue(session), parsed.GetRequiredValue(size), cancellation));
    }

    private static Task<int> RunAsync(string name, string text, CancellationToken cancellation)
    {
        var size = CommonOptions.Size(text);
        return DaemonAccess.WithSessionAsync(name, async client =>
        {
            await client.ResizeAsync(name, size.Cols, size.Rows, cancellation);
            return 0;
        }, cancellation);
    }
}
