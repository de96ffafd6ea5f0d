using System.Net.Sockets;
using Holdfast.DaemonRpc.Wire;
using Holdfast.Linux;

namespace Holdfast.DaemonRpc.Client;

/// <summary>One accepted command: passes its output on as it comes, and tells the daemon when nobody wants it any more. Owned by one call.</summary>
internal sealed class CommandStream(DaemonLink link, string logFile, TimeSpan cancelPatience)
{
    /// <summary>Its exit code.</summary>
    /// <exception cref="DaemonException">The handler failed, or the daemon was lost.</exception>
    public async Task<int> RunAsync(ReadOnlyMemory<byte> command, Stream stdout, Stream stderr, CancellationToken cancellationToken)
    {
        using var left = new CancellationTokenSource();
        // Cancelling asks the daemon; the command's end still comes from there, so that nothing is left running unseen.
        await using var asking = cancellationToken.Register(() => Ask(left));
        try
        {
            if (!link.CommandSent)
                await SendAsync(command);
            return await PassAsync(stdout, stderr, left.Token);
        }
        catch (OperationCanceledException) when (left.IsCancellationRequested)
        {
            throw new DaemonException(
                "CANCELLED", $"the daemon did not end the command within {cancelPatience.TotalSeconds:0.#} s after it was cancelled", $"its log is {logFile}", ExitCodes.Cancelled);
        }
        catch (SocketException e)
        {
            throw Lost(e);
        }
        catch (WireException e)
        {
            throw e.Message.StartsWith("the connection ended", StringComparison.Ordinal) ? Lost(e) : new DaemonException(e.Code, e.Message, $"its log is {logFile}", ExitCodes.Protocol, e);
        }
    }

    private async Task SendAsync(ReadOnlyMemory<byte> command)
    {
        try
        {
            await link.Frames.SendAsync(command, CancellationToken.None);
        }
        catch (SocketException)
        {
            // A daemon that refuses a large command does not read it to its end; its reason is there to be read.
            return;
        }
    }

    private async Task<int> PassAsync(Stream stdout, Stream stderr, CancellationToken left)
    {
        while (await link.Frames.ReadAsync(left) is { } frame)
        {
            switch (frame.Kind)
            {
                case FrameKind.OutputChunk:
                    await WriteAsync(stdout, frame.Payload, left);
                    break;
                case FrameKind.ErrorChunk:
                    await WriteAsync(stderr, frame.Payload, left);
                    break;
                case FrameKind.Exit:
                    return SmallFrames.ReadNumber(frame.Kind, frame.Payload.Span);
                case FrameKind.CommandError:
                    var error = CommandErrorMessage.Decode(frame.Payload.Span);
                    throw new DaemonException(error.Code, error.Text, error.Hint.Length > 0 ? $"{error.Hint}: {logFile}" : null, error.ExitCode);
                default:
                    throw new WireException(WireException.Malformed, $"a {frame.Kind} frame during a command");
            }
        }
        throw Lost(inner: null);
    }

    private static async ValueTask WriteAsync(Stream into, ReadOnlyMemory<byte> bytes, CancellationToken left)
    {
        try
        {
            await into.WriteAsync(bytes, left);
            await into.FlushAsync(left);
        }
        catch (IOException e) when (e.InnerException is not SocketException)
        {
            // As with any program in a pipe; leaving the connection cancels the command.
            var closed = e is not LinuxException { Error: not Errno.EPIPE };
            throw new DaemonException(closed ? "OUTPUT_CLOSED" : "OUTPUT_FAILED", $"the output cannot be written: {e.Message}", hint: null, closed ? ExitCodes.OutputClosed : ExitCodes.OutputFailed, e);
        }
    }

    private void Ask(CancellationTokenSource left)
    {
        _ = AskAsync();
        left.CancelAfter(cancelPatience);
    }

    private async Task AskAsync()
    {
        try
        {
            await link.Frames.SendAsync(SmallFrames.Empty(FrameKind.Cancel), CancellationToken.None);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The end that was asked for is there; whoever reads sees it.
            return;
        }
    }

    private DaemonException Lost(Exception? inner) => new(
        "DAEMON_LOST",
        "the daemon ended in the middle of the command, which may have been done in part",
        $"the next call starts a new daemon; the log of this one is {logFile}",
        ExitCodes.DaemonLost,
        inner);
}
