using System.Globalization;
using System.Net.Sockets;
using Holdfast.DaemonRpc.Server;

namespace Holdfast.Bench;

/// <summary>What this program is when the rpc figures start it again: the daemon, the plain writer beside it, or a runtime that does nothing.</summary>
internal static class RpcPeers
{
    public const int ChunkBytes = 64 * 1024;

    /// <summary>Null where it was called to measure.</summary>
    public static async Task<int?> TryRunAsync(string[] args)
    {
        if (LaunchArguments.TryParse(args) is { } launch)
            return await new DaemonServer(launch, new Handler()).RunAsync();
        switch (args)
        {
            case ["rpc-plain", var path, var bytes]:
                await WriteAsync(path, long.Parse(bytes, CultureInfo.InvariantCulture));
                return 0;
            case ["rpc-floor"]:
                Console.WriteLine("ready");
                await Console.In.ReadLineAsync();
                return 0;
            default:
                return null;
        }
    }

    // No frames: what the socket alone gives, from one process to another.
    private static async Task WriteAsync(string path, long left)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        var chunk = new byte[ChunkBytes];
        for (; left > 0; left -= chunk.Length)
            await socket.SendAsync(chunk);
    }

    /// <summary>Streams as many bytes as it is asked for. Lives in the daemon.</summary>
    private sealed class Handler : ICommandHandler
    {
        public async Task<int> HandleAsync(CommandContext context, CancellationToken cancellationToken)
        {
            var left = long.Parse(context.Arguments[0], CultureInfo.InvariantCulture);
            var chunk = new byte[ChunkBytes];
            for (; left > 0; left -= chunk.Length)
                await context.Stdout.WriteAsync(chunk.AsMemory(0, (int)Math.Min(left, chunk.Length)), cancellationToken);
            return 0;
        }
    }
}
