using System.Net.Sockets;
using Holdfast.DaemonRpc.Lifecycle;
using Holdfast.DaemonRpc.Wire;
using Holdfast.Linux;
using Holdfast.Linux.Processes;
using Holdfast.Linux.Sockets;

namespace Holdfast.DaemonRpc.Client;

/// <summary>One connection that said hello, and what the daemon answered. Owned by one call.</summary>
internal sealed class DaemonLink : IDisposable
{
    // A command this small travels with the hello: one way there and back instead of two.
    private const int SentAlongBytes = 64 * 1024;

    private DaemonLink(FrameConnection frames, DaemonVersion version, bool commandSent) => (Frames, Version, CommandSent) = (frames, version, commandSent);

    public FrameConnection Frames { get; }

    public DaemonVersion Version { get; }

    /// <summary>The command is on its way already.</summary>
    public bool CommandSent { get; }

    /// <summary>The link; null where the daemon closed before its answer: nothing was begun, dial again.</summary>
    /// <exception cref="DaemonException">It says nothing, or nonsense.</exception>
    public static async Task<DaemonLink?> OpenAsync(
        Socket socket, ClientVersion hello, ReadOnlyMemory<byte> command, DaemonPlace place, TimeSpan patience, CancellationToken cancellationToken)
    {
        var frames = new FrameConnection(socket, Math.Max(WireLimits.MaxChunkBytes, WireLimits.MaxControlBytes));
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        silence.CancelAfter(patience);
        DaemonLink? link = null;
        try
        {
            RefuseStranger(UnixSocket.PeerOf(new Fd((int)socket.Handle)).Uid, CurrentProcess.EffectiveUser, hello.Intent, place);
            var along = command.Length is > 0 and <= SentAlongBytes;
            await frames.SendAsync(along ? (byte[])[.. hello.Encode().Span, .. command.Span] : hello.Encode(), silence.Token);
            var version = await AnswerAsync(frames, silence.Token);
            link = version is null ? null : new DaemonLink(frames, version, along);
            return link;
        }
        catch (WireException e) when (!frames.HeardAnything || e.Code == WireException.Malformed && e.Message.StartsWith("the connection ended", StringComparison.Ordinal))
        {
            return null;
        }
        catch (WireException e)
        {
            throw new DaemonException(e.Code, $"what answers at {place.Socket} is no daemon: {e.Message}", "end whatever has that socket", ExitCodes.Protocol, e);
        }
        catch (SocketException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DaemonException(
                "DAEMON_UNRESPONSIVE",
                $"the daemon took the connection and said nothing for {patience.TotalSeconds:0.#} s",
                $"`daemon restart` ends it; its log is {place.LogFile}",
                ExitCodes.Unavailable);
        }
        finally
        {
            if (link is null)
                frames.Dispose();
        }
    }

    public void Dispose() => Frames.Dispose();

    /// <summary>A directory that others can write may have somebody else's socket in it: arguments and variables are not told to it.</summary>
    /// <param name="daemon">Who listens, as the kernel knows.</param>
    /// <param name="user">Who we are; root may ask and stop anybody's daemon, and gives it no command.</param>
    /// <param name="intent">What for.</param>
    /// <param name="place">Where.</param>
    /// <exception cref="DaemonException">PERMISSION_DENIED.</exception>
    internal static void RefuseStranger(uint daemon, uint user, Intent intent, DaemonPlace place)
    {
        if (daemon == user || user == 0 && intent == Intent.Control)
            return;
        throw new DaemonException(
            "PERMISSION_DENIED", $"the daemon at {place.Socket} belongs to user {daemon}, not to {user}", place.Hints.ChooseDirectory, ExitCodes.NoPermission);
    }

    private static async Task<DaemonVersion?> AnswerAsync(FrameConnection frames, CancellationToken cancellationToken)
    {
        if (await frames.ReadAsync(cancellationToken) is not { } first)
            return null;
        if (first.Kind == FrameKind.CommandError)
        {
            var error = CommandErrorMessage.Decode(first.Payload.Span);
            throw new DaemonException(error.Code, error.Text, error.Hint, error.ExitCode);
        }
        return first.Kind == FrameKind.VersionCheck
            ? DaemonVersion.Decode(first.Payload.Span)
            : throw new WireException(WireException.UnknownKind, $"its first frame is {first.Kind}");
    }
}
