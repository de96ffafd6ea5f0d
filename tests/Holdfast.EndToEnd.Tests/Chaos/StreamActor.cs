using Holdfast.Client;
using Holdfast.Protocol.V1;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Chaos;

/// <summary>Runs programs that write numbered lines, and reads each to its end: every byte once, and the program's own exit code.</summary>
internal sealed class StreamActor(ChaosRun run, string name)
{
    private const int LeastLines = 1_000;
    private const int MostLines = 600_000;
    private const int ExitCodes = 100;

    private readonly Random _random = run.RandomOf(name);

    public async Task RunAsync()
    {
        await using var client = await run.Daemon.ConnectOnlyAsync();
        for (var round = 0; !run.IsOver; round++)
            await StreamAsync(client, $"{name}-{round}", _random.Next(LeastLines, MostLines), _random.Next(ExitCodes));
    }

    private async Task StreamAsync(HoldfastClient client, string session, int lines, int code)
    {
        var request = run.Daemon.Shell(session, $"stty raw -echo; echo 1; read go; seq 2 {lines}; exit {code}");
        // Its reader may be behind by more than a ring while daemons are killed: then the program waits.
        request.Overflow = OverflowPolicy.OverflowPause;
        await client.CreateAsync(run, request);
        await using var attachment = await client.AttachAsync(new AttachRequest { Session = session, Start = true, As = AttachAs.AsOwner });
        var begun = false;
        var seen = new NumberedLines();
        using var deadline = new CancellationTokenSource(DaemonProcess.Deadline);
        while (await attachment.ReadAsync(deadline.Token) is var next && next.Kind != SessionEventKind.Exited)
        {
            if (next.Kind == SessionEventKind.Output)
            {
                Accept(seen, next, session);
                // The first line tells that the terminal is raw.
                if (!begun)
                    await attachment.WriteAsync("\n"u8.ToArray());
                begun = true;
            }
            else if (next.Kind == SessionEventKind.InputUncertain)
            {
                // The program reads one line: a second one is nothing to it.
                await attachment.WriteAsync("\n"u8.ToArray());
            }
            else if (next.Kind is SessionEventKind.Gap or SessionEventKind.End or SessionEventKind.Finalized)
                Assert.Fail($"{session}: {next.Kind} after {seen.Bytes} bytes");
            deadline.CancelAfter(DaemonProcess.Deadline);
            run.Step();
        }

        Assert.Equal(NumberedLines.SizeOf(lines), seen.Bytes);
        var info = await client.InspectAsync(session);
        Assert.Equal((code, 0, false), (info.Exit.Code, info.Exit.Signal, info.Exit.Lost));
        run.Count("streams");
    }

    private static void Accept(NumberedLines seen, SessionEvent output, string session)
    {
        if (output.From != (ulong)seen.Bytes)
            Assert.Fail($"{session}: offset {output.From} after {seen.Bytes} bytes");
        seen.Accept(output.Data.Span);
    }
}
