using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Holdfast.DaemonRpc.Client;
using Holdfast.DaemonRpc.Server;

namespace Holdfast.Bench;

/// <summary>What this program is when the rpc figures start it again: the daemon, a client to be killed, the plain writer beside it, or a runtime that does nothing.</summary>
internal static class RpcPeers
{
    public const int ChunkBytes = 64 * 1024;

    // Long enough that each one travels alone.
    private static readonly TimeSpan BetweenStamps = TimeSpan.FromMilliseconds(2);

    public static DaemonClient Client(string place) => new(new DaemonClientOptions { DaemonId = "bench", Directory = place, BuildTimestamp = "bench" });

    /// <summary>Null where it was called to measure.</summary>
    public static async Task<int?> TryRunAsync(string[] args)
    {
        if (LaunchArguments.TryParse(args) is { } launch)
            return await new DaemonServer(launch, new Handler()).RunAsync();
        switch (args)
        {
            case ["rpc-client", var place, .. var arguments]:
                return await Client(place).RunAsync(new CommandRequest { Arguments = arguments });
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

    /// <summary>Streams, tells the time, or waits to be cancelled. Lives in the daemon.</summary>
    private sealed class Handler : ICommandHandler
    {
        public async Task<int> HandleAsync(CommandContext context, CancellationToken cancellationToken)
        {
            switch (context.Arguments)
            {
                case ["stream", var bytes]:
                    await StreamAsync(context, long.Parse(bytes, CultureInfo.InvariantCulture), cancellationToken);
                    return 0;
                case ["stamps", var count]:
                    await StampAsync(context, int.Parse(count, CultureInfo.InvariantCulture), cancellationToken);
                    return 0;
                case ["wait", var file]:
                    await WaitAsync(context, file, cancellationToken);
                    return 0;
                default:
                    return 64;
            }
        }

        private static async Task StreamAsync(CommandContext context, long left, CancellationToken cancellationToken)
        {
            var chunk = new byte[ChunkBytes];
            for (; left > 0; left -= chunk.Length)
                await context.Stdout.WriteAsync(chunk.AsMemory(0, (int)Math.Min(left, chunk.Length)), cancellationToken);
        }

        private static async Task StampAsync(CommandContext context, int left, CancellationToken cancellationToken)
        {
            var stamp = new byte[8];
            for (; left > 0; left--)
            {
                await Task.Delay(BetweenStamps, cancellationToken);
                BinaryPrimitives.WriteInt64LittleEndian(stamp, Stopwatch.GetTimestamp());
                await context.Stdout.WriteAsync(stamp, cancellationToken);
            }
        }

        // Tells by a FIFO when it was cancelled, in ticks of the clock that all processes share.
        private static async Task WaitAsync(CommandContext context, string file, CancellationToken cancellationToken)
        {
            var cancelled = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var registration = cancellationToken.Register(() => cancelled.TrySetResult(Stopwatch.GetTimestamp()));
            await context.WriteLineAsync("begun", cancellationToken);
            await File.WriteAllTextAsync(file, $"{await cancelled.Task}", CancellationToken.None);
        }
    }
}
