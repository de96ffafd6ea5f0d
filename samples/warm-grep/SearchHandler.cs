using System.Collections.Concurrent;
using System.Text;
using Holdfast.DaemonRpc.Server;

namespace WarmGrep;

/// <summary>Searches folders that it has read before. Lives in the daemon; called for several commands at once.</summary>
internal sealed class SearchHandler : ICommandHandler
{
    private readonly ConcurrentDictionary<string, Lazy<FolderIndex>> _folders = new(StringComparer.Ordinal);

    public async Task<int> HandleAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var folder = context.Resolve(context.Arguments.Count > 1 ? context.Arguments[1] : ".");
        if (!Directory.Exists(folder))
        {
            await context.WriteErrorLineAsync($"warm-grep: {folder} is no folder", cancellationToken);
            return 2;
        }
        var index = _folders.GetOrAdd(folder, path => new Lazy<FolderIndex>(() => new FolderIndex(path))).Value;
        index.Refresh(cancellationToken);
        var found = false;
        var lines = new StringBuilder();
        foreach (var line in index.Find(context.Arguments[0]))
        {
            cancellationToken.ThrowIfCancellationRequested();
            found = true;
            lines.Append(line).Append('\n');
            if (lines.Length < 32 * 1024)
                continue;
            await context.Stdout.WriteAsync(Encoding.UTF8.GetBytes(lines.ToString()), cancellationToken);
            lines.Clear();
        }
        await context.Stdout.WriteAsync(Encoding.UTF8.GetBytes(lines.ToString()), cancellationToken);
        // As grep(1): 1 where nothing was found.
        return found ? 0 : 1;
    }

    /// <summary>The same work without a daemon.</summary>
    public async Task<int> RunColdAsync(string[] arguments)
    {
        await using var stdout = Console.OpenStandardOutput();
        await using var stderr = Console.OpenStandardError();
        return await HandleAsync(
            new CommandContext { Arguments = arguments, WorkingDirectory = Environment.CurrentDirectory, Stdout = stdout, Stderr = stderr }, CancellationToken.None);
    }
}
