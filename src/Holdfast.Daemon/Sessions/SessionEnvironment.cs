using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Daemon.Sessions;

/// <summary>What a session's program finds in its environment: what was asked for, and what says where it is. Stateless.</summary>
public static class SessionEnvironment
{
    /// <exception cref="HoldfastException">PROTO_MALFORMED.</exception>
    public static List<string> Of(IEnumerable<KeyValuePair<string, string>> asked, string name, string id, string socket)
    {
        var variables = new Dictionary<string, string>(asked, StringComparer.Ordinal)
        {
            ["HOLDFAST_SESSION"] = name,
            ["HOLDFAST_SESSION_ID"] = id,
            ["HOLDFAST_SOCKET"] = socket,
        };
        variables.TryAdd("TERM", "xterm-256color");
        // They describe the terminal of whoever asked, and would overrule the session's own size.
        variables.Remove("COLUMNS");
        variables.Remove("LINES");
        if (variables.Any(v => v.Key.Length == 0 || v.Key.Contains('=') || v.Key.Contains('\0') || v.Value.Contains('\0')))
            throw new HoldfastException(ErrorCode.ProtoMalformed, "an environment variable has no name, or holds a zero byte");
        return [.. variables.Select(v => $"{v.Key}={v.Value}")];
    }

    public static string ShellOf(IReadOnlyDictionary<string, string> variables) =>
        variables.TryGetValue("SHELL", out var shell) && shell.Length > 0 ? shell : "/bin/sh";
}
