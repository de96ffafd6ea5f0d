using System.CommandLine;
using Holdfast.Cli.Output;
using Holdfast.Cli.Sessions;
using Holdfast.Client;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Cli.Commands;

/// <summary>`tail`: a session's raw output to standard output until it ends, byte-exact across daemon restarts. One per command line.</summary>
internal sealed class TailCommand : Command
{
    /// <summary>Exit code after a gap: what was printed is not all there was (EX_TEMPFAIL of sysexits).</summary>
    private const int GapExitCode = 75;

    public TailCommand()
        : base("tail", "Print a session's raw output as it comes, until the session ends. Goes on by itself across daemon restarts.\n\n  holdfast tail build | tee build.log\n  holdfast tail work --from now")
    {
        var session = CommonOptions.Session();
        var from = new Option<string>("--from") { Description = "start (of what is held), now, or an offset", HelpName = "start|now|OFFSET", DefaultValueFactory = _ => "start" };
        var once = new Option<bool>("--no-reconnect") { Description = "End when the daemon does" };
        Arguments.Add(session);
        Options.Add(from);
        Options.Add(once);
        Options.Add(CommonOptions.Json());
        SetAction((parsed, cancellation) =>
            RunAsync(parsed.GetRequiredValue(session), parsed.GetRequiredValue(from), !parsed.GetValue(once), cancellation));
    }

    private static Task<int> RunAsync(string name, string from, bool reconnect, CancellationToken cancellation)
    {
        if (from == "screen")
            throw new HoldfastException(ErrorCode.Usage, "tail prints raw output, not the screen", "Use --from start, now, or an offset; `holdfast capture` prints the screen.");
        var request = StartOffset.Request(name, from);
        request.As = AttachAs.AsObserver;
        return DaemonAccess.WithSessionAsync(
            name,
            async client =>
            {
                var session = await client.AttachAsync(request, cancellation);
                return await PrintAsync(session, cancellation);
            },
            reconnect,
            cancellation);
    }

    private static async Task<int> PrintAsync(SessionAttachment session, CancellationToken cancellation)
    {
        var exitCode = 0;
        var output = new GatheredOutput(new StandardByteOutput());
        while (true)
        {
            var reading = session.ReadAsync(cancellation);
            if (!reading.IsCompleted)
                output.Flush();
            var next = await reading;
            switch (next.Kind)
            {
                case SessionEventKind.Output:
                    output.Write(next.Data.Span);
                    break;
                case SessionEventKind.Gap:
                    StandardOutput.WriteErrorLine($"holdfast: {next.To - next.From} bytes from {next.From} to {next.To} were overwritten before they were read (OUTPUT_GAP)");
                    exitCode = GapExitCode;
                    break;
                case SessionEventKind.Exited or SessionEventKind.Finalized or SessionEventKind.End:
                    output.Flush();
                    return exitCode;
                default:
                    break;
            }
        }
    }
}
