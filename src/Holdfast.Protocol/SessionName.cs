using System.Buffers;
using Holdfast.Protocol.V1;

namespace Holdfast.Protocol;

/// <summary>
/// The rule for session names: <c>^[A-Za-z0-9_-]{1,50}$</c>, and not reserved.
/// Stateless, callable from any thread.
/// </summary>
/// <remarks>A name becomes part of paths and of messages: no character in it may mean anything to a shell, a terminal or a file system.</remarks>
public static class SessionName
{
    public const int MaxChars = 50;

    // By hand and not by regex: `$` of a regex also matches before a final newline.
    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    // Names that read as something else in a command, a path or a report.
    private static readonly string[] ReservedNames = ["daemon", "tmp", "root", "admin", "system"];

    public static IReadOnlyList<string> Reserved => ReservedNames;

    /// <summary>Null for a name that may be used, otherwise why it may not.</summary>
    public static ErrorCode? Check(string? name)
    {
        if (name is null || name.Length is 0 or > MaxChars || name.AsSpan().ContainsAnyExcept(Allowed))
            return ErrorCode.NameInvalid;
        return ReservedNames.Contains(name, StringComparer.OrdinalIgnoreCase) ? ErrorCode.NameReserved : null;
    }
}
