using System.CommandLine;
using Holdfast.Cli.Output;
using Holdfast.Cli.Sessions;
using Holdfast.Client;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Cli.Commands;

/// <summary>`wait`: blocks until a session's program has ended and returns its exit code. One per command line.</summary>
internal sealed class WaitCommand : Command
{
    public WaitCommand()
        : base("wait", "Wait until a session's program has ended; the exit code is the program's, or 124 when the time is over.\n\n  holdfast wait build --exit --timeout 600")
    {
        var session = CommonOptions.Session();
        var exit = new Option<bool>("--exit") { Description = "Until the program has ended" };
        var timeout = CommonOptions.Timeout("Seconds to wait at most");
        var json = CommonOptions.Json();
        Arguments.Add(session);
        Options.Add(exit);
        Options.Add(timeout);
        Options.Add(json);
        SetAction((parsed, cancellation) => RunAsync(
            parsed.GetRequiredValue(session), parsed.GetValue(exit), CommonOptions.Seconds(parsed.GetValue(timeout)), parsed.GetValue(json), cancellation));
    }

    private static Task<int> RunAsync(string name, bool exit, TimeSpan? timeout, bool json, CancellationToken cancellation)
    {
        if (!exit)
            throw new HoldfastException(ErrorCode.Usage, "say what to wait for", "Give --exit.");
        return DaemonAccess.WithSessionAsync(name, async client =>
        {
            var session = await WaitAsync(client, name, timeout, cancellation);
            if (json)
            {
                var row = SessionRow.Of(session);
                JsonOutput.Write(new WaitRow(row.Name, row.Id, row.ExitCode, row.ExitSignal), JsonShapes.Default.WaitRow);
            }

            return ExitText.CodeOf(name, session.Exit);
        }, cancellation);
    }

    private static async Task<SessionInfo> WaitAsync(HoldfastClient client, string name, TimeSpan? timeout, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (timeout is { } time)
            limit.CancelAfter(time);
        try
        {
            return await client.WaitForExitAsync(name, limit.Token);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new HoldfastException(ErrorCode.Timeout, $"{name} has not ended after {timeout?.TotalSeconds:0.###} s", null, e);
        }
    }
}
