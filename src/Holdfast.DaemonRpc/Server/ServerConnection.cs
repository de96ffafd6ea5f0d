using System.Diagnostics;
using System.Net.Sockets;
using Holdfast.DaemonRpc.Wire;
using Holdfast.Linux;
using Holdfast.Linux.Processes;
using Holdfast.Linux.Sockets;

namespace Holdfast.DaemonRpc.Server;

/// <summary>One client's connection from its first frame to its last. Owned by the task that serves it; its failures end it alone.</summary>
internal sealed class ServerConnection(Socket socket, DaemonServer server) : IDisposable
{
    // Beside its text a command has arguments, environment and paths.
    private const int AroundCommandBytes = 4 * 1024 * 1024;

    private readonly FrameConnection _frames = new(socket, Math.Max(server.Options.MaxCommandBytes, WireLimits.MaxControlBytes) + AroundCommandBytes);

    public async Task ServeAsync()
    {
        // An unowned look at the descriptor: the socket closes it.
        var peer = UnixSocket.PeerOf(new Fd((int)socket.Handle));
        try
        {
            if (await GreetAsync(peer) is not { } intent)
                return;
            if (intent == Intent.Control)
                await ControlAsync();
            else
                await CommandAsync(peer.Pid);
        }
        catch (WireException e)
        {
            server.Log.Write($"client {peer.Pid}: {e.Message} ({e.Code})");
            var code = e.Code == WireException.TooLarge ? ExitCodes.TooLarge : ExitCodes.Protocol;
            await TellAsync(new CommandErrorMessage(e.Code, e.Message, "", code, NotBegun: false));
        }
        catch (OperationCanceledException)
        {
            server.Log.Write($"client {peer.Pid} did not say what it wants within {server.Options.HandshakeTimeout.TotalSeconds:0.#} s");
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            server.Log.Write($"client {peer.Pid} left before its command began");
        }
    }

    public void Dispose() => _frames.Dispose();

    private async Task<Intent?> GreetAsync(PeerCredentials peer)
    {
        using var patience = new CancellationTokenSource(server.Options.HandshakeTimeout);
        // A probe that only connects says nothing: a starter looks whether somebody answers.
        if (await _frames.ReadAsync(patience.Token) is not { } first)
            return null;
        if (first.Kind != FrameKind.VersionCheck)
            throw new WireException(WireException.Malformed, $"the first frame is {first.Kind}, not {FrameKind.VersionCheck}");
        var client = ClientVersion.Decode(first.Payload.Span);
        var answer = Judge(client, peer);
        await _frames.SendAsync(server.Version(answer).Encode(), patience.Token);
        if (answer == VersionAnswer.Accepted)
            return client.Intent;
        server.Log.Write($"client {peer.Pid} of build {client.Build} was refused: {answer}");
        return null;
    }

    private VersionAnswer Judge(ClientVersion client, PeerCredentials peer)
    {
        if (peer.Uid != CurrentProcess.EffectiveUser && peer.Uid != 0)
            return VersionAnswer.Denied;
        if (client.Intent == Intent.Control)
            return VersionAnswer.Accepted;
        if (client.Protocol != WireLimits.ProtocolVersion)
            return VersionAnswer.ProtocolDiffers;
        if (client.Build != server.Build)
            return VersionAnswer.BuildDiffers;
        return server.IsStopping ? VersionAnswer.Stopping : VersionAnswer.Accepted;
    }

    private async Task ControlAsync()
    {
        using var patience = new CancellationTokenSource(server.Options.HandshakeTimeout);
        while (await _frames.ReadAsync(patience.Token) is { } frame)
        {
            switch (frame.Kind)
            {
                case FrameKind.StatusRequest:
                    await _frames.SendAsync(SmallFrames.Status([.. server.Facts()]), patience.Token);
                    break;
                case FrameKind.Stop:
                    await _frames.SendAsync(SmallFrames.Number(FrameKind.Stopping, server.Running), patience.Token);
                    server.Stop("a client asked for it");
                    break;
                default:
                    throw new WireException(WireException.Malformed, $"a {frame.Kind} frame is no control request");
            }
        }
    }

    private async Task CommandAsync(int clientPid)
    {
        var command = await ReadCommandAsync();
        if (command is null)
            return;
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(server.Cut);
        var watch = WatchAsync(cancelled);
        var begun = Stopwatch.GetTimestamp();
        Turn turn;
        try
        {
            turn = await server.Queue.WaitAsync(cancelled.Token);
        }
        catch (OperationCanceledException)
        {
            await TellAsync(new CommandErrorMessage("CANCELLED", "the command was cancelled before its turn", "", ExitCodes.Cancelled, NotBegun: true));
            return;
        }
        if (turn != Turn.Granted)
        {
            var said = turn == Turn.Full ? $"{server.Queue.Waiting} commands wait already" : $"no turn came within {Stopwatch.GetElapsedTime(begun).TotalSeconds:0.#} s";
            await TellAsync(new CommandErrorMessage("BUSY", said, "try again later", ExitCodes.Busy, NotBegun: true));
            return;
        }
        try
        {
            await new CommandRun(server.Handler, _frames, server.Options, server.Log, server.Counters).RunAsync(command, clientPid, cancelled.Token);
        }
        finally
        {
            server.Queue.Release();
        }
        // Ends the watch; the last frame is on its way and stays readable for the client.
        Dispose();
        await watch;
    }

    private async Task<CommandMessage?> ReadCommandAsync()
    {
        using var patience = new CancellationTokenSource(server.Options.HandshakeTimeout);
        if (await _frames.ReadAsync(patience.Token) is not { } frame)
            return null;
        if (frame.Kind != FrameKind.Command)
            throw new WireException(WireException.Malformed, $"a {frame.Kind} frame where a {FrameKind.Command} was due");
        var command = CommandMessage.Decode(frame.Payload.Span);
        return command.Body.Length <= server.Options.MaxCommandBytes
            ? command
            : throw new WireException(WireException.TooLarge, $"a command of {command.Body.Length} bytes, at most {server.Options.MaxCommandBytes} are taken");
    }

    // While the command runs a client only ever cancels, or goes away, which is the same.
    private async Task WatchAsync(CancellationTokenSource cancelled)
    {
        try
        {
            if (await _frames.ReadAsync(CancellationToken.None) is { Kind: not FrameKind.Cancel } frame)
                server.Log.Write($"a {frame.Kind} frame during a command: it is cancelled");
        }
        catch (Exception e) when (e is WireException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            if (e is WireException)
                server.Log.Write($"during a command: {e.Message}; it is cancelled");
        }
        try
        {
            await cancelled.CancelAsync();
        }
        catch (Exception e) when (e is AggregateException or ObjectDisposedException)
        {
            // A handler's own callback failed, or the command ended in this moment.
            if (e is AggregateException)
                server.Log.Write($"a handler's cancellation callback failed: {ErrorChain.Describe(e)}");
        }
    }

    private async Task TellAsync(CommandErrorMessage error)
    {
        try
        {
            await _frames.SendAsync(error.Encode(), CancellationToken.None);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            server.Log.Write($"a client left before it was told {error.Code}");
        }
    }
}
