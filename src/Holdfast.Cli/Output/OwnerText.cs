using Holdfast.Protocol.V1;

namespace Holdfast.Cli.Output;

/// <summary>Names the owner of a session to people. Stateless.</summary>
internal static class OwnerText
{
    // As with commit ids: enough to tell clients apart by eye.
    private const int ShownIdChars = 8;

    /// <summary>For a column: its name, or the beginning of its id.</summary>
    public static string Short(SessionInfo session) => session switch
    {
        { Owner: "" } => "-",
        { OwnerPresent: false } => $"{Name(session)} (away)",
        _ => Name(session),
    };

    /// <summary>For a line of its own; null where nobody is.</summary>
    public static string? Long(SessionInfo session) => session.Owner.Length == 0
        ? null
        : $"{session.Owner} {(session.OwnerName.Length == 0 ? "" : $"({session.OwnerName}) ")}epoch {session.OwnerEpoch}{(session.OwnerPresent ? "" : ", away")}";

    private static string Name(SessionInfo session) =>
        Printable.Text(session.OwnerName.Length > 0 ? session.OwnerName : session.Owner[..Math.Min(ShownIdChars, session.Owner.Length)]);
}
