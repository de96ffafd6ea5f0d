using System.Text;

namespace Holdfast.DaemonRpc.Server;

/// <summary>An exception in words for the person at the client: each with its causes. Stateless.</summary>
internal static class ErrorChain
{
    // A chain may be a circle of aggregates; the wire has a limit too.
    private const int MaxDepth = 16;

    private const int MaxCharacters = 32 * 1024;

    public static string Describe(Exception exception)
    {
        var text = new StringBuilder();
        var depth = 0;
        for (Exception? at = exception; at is not null && depth < MaxDepth; at = at.InnerException, depth++)
        {
            if (depth > 0)
                text.Append("\n  caused by ");
            text.Append(at.GetType().Name).Append(": ").Append(at.Message);
        }
        return text.Length > MaxCharacters ? text.ToString(0, MaxCharacters) + " …" : text.ToString();
    }
}
