using System.CommandLine;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Holdfast.Cli.Output;
using Holdfast.Cli.Sessions;
using Holdfast.Client;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Cli.Commands;

/// <summary>`run`: a program in a session of its own, its output here, its exit code ours; then the session is forgotten. One per command line.</summary>
internal sealed class RunCommand : Command
{
    // 128 and SIGINT: what a shell reports for a program that was interrupted.
    private const int InterruptedExitCode = 130;
    private const int TimedOutExitCode = 124;

    private readonly string[]? _program;

    public RunCommand(string[]? program)
        : base("run", "Run a program in a session, print its output and return its exit code. The program follows `--`.\n\n  holdfast run -- make test\n  holdfast run --json --timeout 60 -- ./check | jq .exit_code")
    {
        _program = program;
        var name = new Argument<string?>("NAME") { Description = "The session's name meanwhile", Arity = ArgumentArity.ZeroOrOne };
        var timeout = CommonOptions.Timeout("Seconds until the program is killed and 124 returned");
        var json = CommonOptions.Json();
        Arguments.Add(name);
        Options.Add(timeout);
        Options.Add(json);
        SetAction((parsed, cancellation) =>
            RunAsync(parsed.GetValue(name), CommonOptions.Seconds(parsed.GetValue(timeout)), parsed.GetValue(json), cancellation));
    }

    private async Task<int> RunAsync(string? name, TimeSpan? timeout, bool json, CancellationToken cancellation)
    {
        if (_program is null or { Length: 0 })
            throw new HoldfastException(ErrorCode.Usage, "no program was given", "It follows `--`: holdfast run -- make test");
        var request = SessionCreation.Request(name, _program, null, []);
        // Its output is all that is wanted of it: the program rather waits than that a byte is lost.
        request.Overflow = OverflowPolicy.OverflowPause;
        request.Restore = RestorePolicy.RestoreNever;
        if (TerminalAttach.Size() is { } size)
            request.Size = new TerminalSize { Cols = size.Columns, Rows = size.Rows };

        var begun = Stopwatch.GetTimestamp();
        await using var client = await DaemonAccess.StartAsync(cancellation);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var interrupted = false;
        void Interrupt(PosixSignalContext context)
        {
            context.Cancel = interrupted = true;
            limit.Cancel();
        }

        using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
        using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
        using var onHangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Interrupt);
        var session = await client.CreateAsync(request, limit.Token);
        if (timeout is { } time)
            limit.CancelAfter(time);

        using var captured = json ? new MemoryStream() : null;
        var (end, whole) = await OutputUntilEndAsync(client, session.Id, captured, limit.Token);
        if (captured is not null)
            Tell(session, end, captured, Stopwatch.GetElapsedTime(begun), timedOut: end is null && !interrupted);
        if (interrupted)
            return InterruptedExitCode;
        if (end is null)
        {
            StandardOutput.WriteErrorLine($"holdfast: {session.Name} had not ended after {timeout?.TotalSeconds:0.###} s and was killed (TIMEOUT)");
            return TimedOutExitCode;
        }

        if (!whole)
            StandardOutput.WriteErrorLine("holdfast: a part of the output was overwritten before it was read (OUTPUT_GAP)");
        return ExitText.CodeOf(session.Name, end);
    }

    /// <summary>Prints or keeps the output; no status where the time was over. In every case the session is gone afterwards.</summary>
    private static async Task<(ExitStatus? End, bool Whole)> OutputUntilEndAsync(
        HoldfastClient client, string id, MemoryStream? captured, CancellationToken limit)
    {
        var output = new GatheredOutput(new StandardByteOutput());
        try
        {
            var attachment = await client.AttachAsync(new AttachRequest { Session = id, Start = true }, limit);
            var whole = true;
            while (true)
            {
                var reading = attachment.ReadAsync(limit);
                if (!reading.IsCompleted)
                    output.Flush();
                var next = await reading;
                if (next.Kind == SessionEventKind.Output && captured is null)
                    output.Write(next.Data.Span);
                else if (next.Kind == SessionEventKind.Output)
                    captured!.Write(next.Data.Span);
                else if (next.Kind == SessionEventKind.Gap)
                    whole = false;
                else if (next.Kind == SessionEventKind.Exited)
                    return (next.Exit, whole);
                else if (next.Kind is SessionEventKind.Finalized or SessionEventKind.End)
                    return (new ExitStatus { Lost = true }, whole);
            }
        }
        catch (OperationCanceledException)
        {
            return (null, false);
        }
        finally
        {
            output.Flush();
            await ForgetAsync(client, id);
        }
    }

    // Once for the program, once for the record of a session that has ended.
    private static async Task ForgetAsync(HoldfastClient client, string id)
    {
        try
        {
            var killed = await client.KillAsync(id);
            if (killed.State == SessionState.Exited)
                await client.KillAsync(id);
        }
        catch (HoldfastException e)
        {
            // Forgotten already, or by a daemon that is gone.
            _ = e;
        }
    }

    private static void Tell(SessionInfo session, ExitStatus? end, MemoryStream captured, TimeSpan duration, bool timedOut)
    {
        int? code = end is { Lost: false, Signal: 0 } ? end.Code : null;
        int? signal = end is { Lost: false, Signal: > 0 } ? end.Signal : null;
        var output = Encoding.UTF8.GetString(captured.GetBuffer(), 0, (int)captured.Length);
        JsonOutput.Write(
            new RunResult(
                session.Name, session.Id, code, signal, output, (ulong)captured.Length, (long)duration.TotalMilliseconds, timedOut),
            JsonShapes.Default.RunResult);
    }
}
