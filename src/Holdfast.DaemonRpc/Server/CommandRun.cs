using System.Net.Sockets;
using Holdfast.DaemonRpc.Wire;

namespace Holdfast.DaemonRpc.Server;

/// <summary>
/// One command from its turn to its last frame: runs the handler apart from the connection, cancels it, abandons it. Owned by one connection.
/// </summary>
internal sealed class CommandRun(
    ICommandHandler handler, FrameConnection connection, DaemonServerOptions options, ServerLog log, ServerCounters counters)
{
    private readonly ChunkStream _stdout = new(connection, FrameKind.OutputChunk);
    private readonly ChunkStream _stderr = new(connection, FrameKind.ErrorChunk);

    /// <summary>Runs it and tells the client how it ended; returns when the client knows, or is gone.</summary>
    public async Task RunAsync(CommandMessage command, int clientPid, CancellationToken cancelled)
    {
        counters.Begin();
        Task<int>? work = null;
        var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancelled);
        if (options.CommandDeadline is { } limit)
            deadline.CancelAfter(limit);
        try
        {
            var context = new CommandContext
            {
                Body = command.Body,
                Arguments = command.Arguments,
                WorkingDirectory = command.WorkingDirectory,
                Environment = Variables(command),
                ClientPid = clientPid,
                Stdout = _stdout,
                Stderr = _stderr,
            };
            // A handler that never awaits must not hold the connection's own task.
            work = Task.Run(() => handler.HandleAsync(context, deadline.Token), CancellationToken.None);
            var last = await EndOfAsync(work, deadline.Token, cancelled);
            _stdout.End();
            _stderr.End();
            await TellAsync(last, deadline.IsCancellationRequested);
        }
        catch (TimeoutException)
        {
            // Ending the connection is all that is left; it also ends a handler that waits for this client to read.
            log.Write($"the client {clientPid} does not read, also after its command was cancelled: it is left");
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The client does not wait for the answer any more.
            log.Write($"the client {clientPid} left before the end of its command");
        }
        finally
        {
            // An abandoned handler may still look at its token.
            if (work is null or { IsCompleted: true })
                deadline.Dispose();
            counters.End();
        }
    }

    // A client that was stopped (Ctrl-Z) and whose command was cancelled would keep its turn until somebody continues it.
    private Task TellAsync(ReadOnlyMemory<byte> last, bool cancelled)
    {
        var telling = connection.SendAsync(last, CancellationToken.None).AsTask();
        return cancelled ? telling.WaitAsync(options.AbandonAfter) : telling;
    }

    private async Task<ReadOnlyMemory<byte>> EndOfAsync(Task<int> work, CancellationToken token, CancellationToken byClient)
    {
        await ((Task)work).WaitAsync(token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!work.IsCompleted)
            await ((Task)work).WaitAsync(options.AbandonAfter, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!work.IsCompleted)
        {
            counters.AbandonedOne();
            log.Write($"a handler did not end {options.AbandonAfter.TotalSeconds:0.#} s after it was cancelled, and was abandoned");
            Forget(work);
            return new CommandErrorMessage("ABANDONED", "the command did not end after it was cancelled, and was abandoned", "", Ended(byClient), NotBegun: false).Encode();
        }
        try
        {
            return SmallFrames.Number(FrameKind.Exit, await work);
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            counters.Cancelled();
            var (code, text) = byClient.IsCancellationRequested ? ("CANCELLED", "the command was cancelled") : ("COMMAND_TIMEOUT", $"the command ran longer than {options.CommandDeadline}");
            return new CommandErrorMessage(code, text, "", Ended(byClient), NotBegun: false).Encode();
        }
        catch (Exception e) when (_stdout.Broken || _stderr.Broken)
        {
            // It noticed by its output, before its token told it.
            counters.Cancelled();
            log.Write($"a command ended because its client left: {e.GetType().Name}");
            return new CommandErrorMessage("CANCELLED", "the client left", "", ExitCodes.Cancelled, NotBegun: false).Encode();
        }
        catch (Exception e)
        {
            counters.Failed();
            log.Write($"a command failed: {e}");
            return new CommandErrorMessage("HANDLER_FAILED", ErrorChain.Describe(e), "the daemon's log has the whole of it", ExitCodes.HandlerFailed, NotBegun: false).Encode();
        }
    }

    private static int Ended(CancellationToken byClient) => byClient.IsCancellationRequested ? ExitCodes.Cancelled : ExitCodes.TimedOut;

    private void Forget(Task work) => _ = work.ContinueWith(
        t => log.Write($"the abandoned handler ended after all{(t.Exception is { } e ? $": {ErrorChain.Describe(e.GetBaseException())}" : "")}"),
        CancellationToken.None,
        TaskContinuationOptions.None,
        TaskScheduler.Default);

    private static Dictionary<string, string> Variables(CommandMessage command)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in command.Environment)
            variables[name] = value;
        return variables;
    }
}
