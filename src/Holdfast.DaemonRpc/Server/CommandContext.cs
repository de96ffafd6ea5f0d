using System.Text;

namespace Holdfast.DaemonRpc.Server;

/// <summary>
/// One command of one client. Owned by its handler until that returns. The process has one working directory and one environment, the daemon's:
/// a handler uses these instead.
/// </summary>
public sealed class CommandContext
{
    /// <summary>The command's text as bytes: the client's standard input where it was read.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The same as text.</summary>
    public string Text => Encoding.UTF8.GetString(Body.Span);

    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Where the client was called.</summary>
    public string WorkingDirectory { get; init; } = "/";

    /// <summary>What the client forwards of its environment.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>As the kernel knows it; in a fallback this process.</summary>
    public int ClientPid { get; init; }

    /// <summary>Each write is sent at once, and returns when the client's side took it: a slow reader slows the handler.</summary>
    public required Stream Stdout { get; init; }

    /// <inheritdoc cref="Stdout"/>
    public required Stream Stderr { get; init; }

    /// <summary>A path of the client's made absolute.</summary>
    public string Resolve(string path) => Path.GetFullPath(path, WorkingDirectory);

    public ValueTask WriteLineAsync(string line, CancellationToken cancellationToken = default) =>
        Stdout.WriteAsync(Encoding.UTF8.GetBytes(line + '\n'), cancellationToken);

    public ValueTask WriteErrorLineAsync(string line, CancellationToken cancellationToken = default) =>
        Stderr.WriteAsync(Encoding.UTF8.GetBytes(line + '\n'), cancellationToken);
}
