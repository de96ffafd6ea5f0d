using System.Collections;
using System.Diagnostics;
using System.Globalization;
using Holdfast.DaemonRpc.Server;

namespace Holdfast.DaemonRpc.Tool;

/// <summary>What the tests have a daemon do: one verb a promise. Lives in the daemon; stateless.</summary>
internal sealed class ToolHandler : ICommandHandler
{
    public async Task<int> HandleAsync(CommandContext context, CancellationToken cancellationToken)
    {
        switch (context.Arguments[0])
        {
            case "echo":
                await context.Stdout.WriteAsync(context.Body, cancellationToken);
                return 0;
            case "exit":
                await context.WriteErrorLineAsync("bye", cancellationToken);
                return int.Parse(context.Arguments[1], CultureInfo.InvariantCulture);
            case "pid":
                await context.WriteLineAsync($"{Environment.ProcessId}", cancellationToken);
                return 0;
            case "where":
                await context.WriteLineAsync($"{context.WorkingDirectory} {context.Environment.GetValueOrDefault("TERM")} {context.ClientPid}", cancellationToken);
                return 0;
            case "self":
                await SelfAsync(context);
                return 0;
            case "throw":
                throw new InvalidOperationException("outer", new FormatException("inner"));
            case "stream":
                await StreamAsync(context, cancellationToken);
                return 0;
            case "step":
                return await StepAsync(context, cancellationToken);
            case "wait":
                return await WaitAsync(context, cancellationToken);
            case "deaf":
                await context.WriteLineAsync("begun", CancellationToken.None);
                Thread.CurrentThread.Join();
                return 0;
            case "log":
                await Console.Error.WriteLineAsync(new string('x', int.Parse(context.Arguments[1], CultureInfo.InvariantCulture)));
                return 0;
            case "memory":
                // What the collector keeps for later is no growth: with a large processor cache it lets a hundred megabytes come together first.
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
                await context.WriteLineAsync($"{Environment.WorkingSet} {Directory.GetFileSystemEntries("/proc/self/fd").Length}", cancellationToken);
                return 0;
            default:
                await context.WriteErrorLineAsync($"unknown verb {context.Arguments[0]}", cancellationToken);
                return 64;
        }
    }

    private static async Task SelfAsync(CommandContext context)
    {
        foreach (var fd in Directory.GetFileSystemEntries("/proc/self/fd").Order(StringComparer.Ordinal))
            await context.WriteLineAsync($"fd {new FileInfo(fd).LinkTarget}");
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
            await context.WriteLineAsync($"env {variable.Key}");
        var stat = await File.ReadAllTextAsync("/proc/self/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        await context.WriteLineAsync($"session {fields[3] == Environment.ProcessId.ToString(CultureInfo.InvariantCulture)} terminal {fields[4]}");
        await context.WriteLineAsync($"cwd {Environment.CurrentDirectory}");
    }

    private static async Task StreamAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var left = long.Parse(context.Arguments[1], CultureInfo.InvariantCulture);
        var chunk = new byte[64 * 1024];
        for (var i = 0; i < chunk.Length; i++)
            chunk[i] = (byte)(i % 251);
        while (left > 0)
        {
            var part = (int)Math.Min(left, chunk.Length);
            await context.Stdout.WriteAsync(chunk.AsMemory(0, part), cancellationToken);
            left -= part;
        }
    }

    // Writes one line, and the next only when it was told that the first arrived.
    private static async Task<int> StepAsync(CommandContext context, CancellationToken cancellationToken)
    {
        await context.WriteLineAsync("first", cancellationToken);
        await File.ReadAllTextAsync(context.Resolve(context.Arguments[1]), cancellationToken);
        await context.WriteLineAsync("second", cancellationToken);
        return 0;
    }

    // Tells by a FIFO when it was cancelled, in ticks of the clock that all processes share.
    private static async Task<int> WaitAsync(CommandContext context, CancellationToken cancellationToken)
    {
        await context.WriteLineAsync("begun", cancellationToken);
        var cancelled = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.Register(() => cancelled.TrySetResult(Stopwatch.GetTimestamp()));
        var when = await cancelled.Task;
        if (context.Arguments.Count > 1)
            await File.WriteAllTextAsync(context.Resolve(context.Arguments[1]), $"{when}", CancellationToken.None);
        cancellationToken.ThrowIfCancellationRequested();
        return 0;
    }
}
