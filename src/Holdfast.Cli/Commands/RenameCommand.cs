using System.CommandLine;
using Holdfast.Cli.Sessions;
using Holdfast.Protocol;

namespace Holdfast.Cli.Commands;

/// <summary>`rename`: gives a session another name. One per command line.</summary>
internal sealed class RenameCommand : Command
{
    public RenameCommand()
        : base("rename", "Give a session another name.\n\n  holdfast rename work deploy")
    {
        var session = CommonOptions.Session();
        var name = new Argument<string>("NEW") { Description = "1 to 50 letters, digits, underscores and hyphens" };
        Arguments.Add(session);
        Arguments.Add(name);
        Options.Add(CommonOptions.Json());
        SetAction((parsed, cancellation) => RunAsync(parsed.GetRequiredValue(session), parsed.GetRequiredValue(name), cancellation));
    }

    private static Task<int> RunAsync(string session, string name, CancellationToken cancellation)
    {
        if (SessionName.Check(name) is { } refused)
            throw new HoldfastException(refused, $"{name} cannot be a session's name");
        return DaemonAccess.WithSessionAsync(session, async client =>
        {
            await client.RenameAsync(session, name, cancellation);
            return 0;
        }, cancellation);
    }
}
