using System.Globalization;
using Holdfast.Daemon.Journal;
using Holdfast.Daemon.Sessions;
using Holdfast.Ring;

namespace Holdfast.Daemon.Upgrades;

/// <summary>
/// The versions of everything that a daemon leaves to its successor, as text between an old and a new program: ring=1,record=1. Stateless; any
/// thread.
/// </summary>
public static class LayoutNeeds
{
    // The newest version of each that this program reads; it reads every older one.
    private static readonly Dictionary<string, uint> Readable = new(StringComparer.Ordinal)
    {
        ["ring"] = RingLayout.Version,
        ["record"] = RecordFormat.Version,
        ["transfer"] = TransferRecord.Version,
    };

    /// <summary>What a successor of this daemon must be able to read.</summary>
    public static string Of(IEnumerable<Session> sessions) => string.Join(
        ',',
        sessions.Select(s => $"ring={s.Ring.LayoutVersion}").Append($"record={RecordFormat.Version}").Append($"transfer={TransferRecord.Version}").Distinct());

    /// <summary>Those that this program cannot read, also because it does not know what they are.</summary>
    public static IReadOnlyList<string> UnreadableOf(string needs) => [.. needs.Split(',', StringSplitOptions.RemoveEmptyEntries).Where(n => !CanRead(n))];

    private static bool CanRead(string need) =>
        need.Split('=') is [var kind, var version]
        && Readable.TryGetValue(kind, out var newest)
        && uint.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var asked)
        && asked >= 1 && asked <= newest;
}
