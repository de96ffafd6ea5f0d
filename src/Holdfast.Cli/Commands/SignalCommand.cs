using System.CommandLine;
using Holdfast.Cli.Sessions;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Cli.Commands;

/// <summary>`signal`: sends a signal to a session's program. One per command line.</summary>
internal sealed class SignalCommand : Command
{
    public SignalCommand()
        : base("signal", "Send a signal to a session's program.\n\n  holdfast signal work INT\n  holdfast signal work HUP --group")
    {
        var session = CommonOptions.Session();
        var signal = new Argument<string>("SIG") { Description = "A name such as INT or SIGTERM, or a number" };
        signal.CompletionSources.Add("HUP", "INT", "QUIT", "TERM", "KILL", "STOP", "CONT", "USR1", "USR2", "WINCH");
        var group = new Option<bool>("--group") { Description = "To the program's whole process group" };
        Arguments.Add(session);
        Arguments.Add(signal);
        var takeover = CommonOptions.Takeover();
        Options.Add(group);
        Options.Add(takeover);
        Options.Add(CommonOptions.Json());
        SetAction((parsed, cancellation) =>
            RunAsync(parsed.GetRequiredValue(session), parsed.GetRequiredValue(signal), parsed.GetValue(group), parsed.GetValue(takeover), cancellation));
    }

    private static Task<int> RunAsync(string name, string signal, bool group, bool takeover, CancellationToken cancellation)
    {
        if (!SignalNames.TryParse(signal, out var number))
            throw new HoldfastException(ErrorCode.SignalInvalid, $"there is no signal {signal}");
        return DaemonAccess.WithSessionAsync(name, async client =>
        {
            await OwnedAction.RunAsync(client, name, takeover, () => client.SignalAsync(name, number, group, cancellation), cancellation);
            return 0;
        }, cancellation);
    }
}
