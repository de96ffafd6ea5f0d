using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using Holdfast.DaemonRpc.Server;

namespace WarmGrep;

/// <summary>Searches folders that it keeps read and indexed. Lives in the daemon; called for several commands at once.</summary>
internal sealed class SearchHandler : ICommandHandler
{
    // Few writes where much is found, and the first lines still come at once.
    private const int SendAtBytes = 64 * 1024;

    private readonly ConcurrentDictionary<string, FolderIndex> _folders = new(StringComparer.Ordinal);

    public Task<int> HandleAsync(CommandContext context, CancellationToken cancellationToken) =>
        SearchAsync(context, (folder, wanted) => _folders.GetOrAdd(folder, path => new FolderIndex(path)).Refresh(cancellationToken)
            .Where(file => file.MayHold(wanted))
            .Select(file => (file.Path, file.Text)), cancellationToken);

    /// <summary>The same search without a daemon: nothing is known, so every file is read, and an index would not pay.</summary>
    public static async Task<int> RunColdAsync(string[] arguments)
    {
        await using var stdout = Console.OpenStandardOutput();
        await using var stderr = Console.OpenStandardError();
        var context = new CommandContext { Arguments = arguments, WorkingDirectory = Environment.CurrentDirectory, Stdout = stdout, Stderr = stderr };
        return await SearchAsync(context, (folder, _) => Below(folder)
            .OrderBy(file => file.FullName, StringComparer.Ordinal)
            .Select(file => (file.FullName, IndexedFile.ReadText(file.FullName, file.Length))), CancellationToken.None);
    }

    private static IEnumerable<FileInfo> Below(string folder) => new DirectoryInfo(folder).EnumerateFiles("*", FolderIndex.EveryLevel);

    private static async Task<int> SearchAsync(
        CommandContext context, Func<string, byte[], IEnumerable<(string Path, byte[] Text)>> files, CancellationToken cancellationToken)
    {
        var folder = context.Resolve(context.Arguments.Count > 1 ? context.Arguments[1] : ".");
        if (!Directory.Exists(folder))
        {
            await context.WriteErrorLineAsync($"warm-grep: {folder} is no folder", cancellationToken);
            return 2;
        }
        var wanted = Encoding.UTF8.GetBytes(context.Arguments[0]);
        var lines = new ArrayBufferWriter<byte>();
        var found = false;
        foreach (var (path, text) in files(folder, wanted))
        {
            cancellationToken.ThrowIfCancellationRequested();
            found |= LineSearch.Tell(Path.GetRelativePath(folder, path), text, wanted, lines);
            if (lines.WrittenCount < SendAtBytes)
                continue;
            await context.Stdout.WriteAsync(lines.WrittenMemory, cancellationToken);
            lines.ResetWrittenCount();
        }
        await context.Stdout.WriteAsync(lines.WrittenMemory, cancellationToken);
        // As grep(1): 1 where nothing was found.
        return found ? 0 : 1;
    }
}
