using System.Globalization;
using Holdfast.Protocol.V1;

namespace Holdfast.Cli.Output;

/// <summary>A session as --json shows it in lists; <c>null</c> where something is unknown. A value.</summary>
internal record SessionRow
{
    public required string Name { get; init; }

    public required string Id { get; init; }

    public required string State { get; init; }

    public int? Pid { get; init; }

    public required string[] Command { get; init; }

    public string? Cwd { get; init; }

    public uint Cols { get; init; }

    public uint Rows { get; init; }

    public string? CreatedAt { get; init; }

    public string? ExitedAt { get; init; }

    public int? ExitCode { get; init; }

    public int? ExitSignal { get; init; }

    public string? Owner { get; init; }

    public uint Clients { get; init; }

    public uint Observers { get; init; }

    public ulong Head { get; init; }

    public ulong RetainedFrom { get; init; }

    public string? Title { get; init; }

    public string? Recovered { get; init; }

    public string? Failure { get; init; }

    public static SessionRow Of(SessionInfo session) => Fill(session, new SessionRow { Name = "", Id = "", State = "", Command = [] });

    public static string StateName(SessionState state) => state switch
    {
        SessionState.Starting => "starting",
        SessionState.Running => "running",
        SessionState.Terminating => "terminating",
        SessionState.Exited => "exited",
        SessionState.Finalized => "finalized",
        _ => "unknown",
    };

    /// <summary>UTC, ISO 8601 with milliseconds; <c>null</c> for never.</summary>
    public static string? TimeText(ulong unixMilliseconds) => unixMilliseconds == 0
        ? null
        : DateTimeOffset.FromUnixTimeMilliseconds((long)unixMilliseconds).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    protected static T Fill<T>(SessionInfo session, T row)
        where T : SessionRow
    {
        var exit = session.Exit;
        return row with
        {
            Name = session.Name,
            Id = session.Id,
            State = StateName(session.State),
            Pid = session.Pid == 0 ? null : session.Pid,
            Command = [.. session.Command],
            Cwd = OrNull(session.Cwd),
            Cols = session.Size?.Cols ?? 0,
            Rows = session.Size?.Rows ?? 0,
            CreatedAt = TimeText(session.CreatedAtMs),
            ExitedAt = TimeText(session.ExitedAtMs),
            ExitCode = exit is { Lost: false, Signal: 0 } ? exit.Code : null,
            ExitSignal = exit is { Lost: false, Signal: > 0 } ? exit.Signal : null,
            Owner = OrNull(session.Owner),
            Clients = session.Clients,
            Observers = session.Observers,
            Head = session.Head,
            RetainedFrom = session.RetainedFrom,
            Title = OrNull(session.Title),
            Recovered = OrNull(session.Recovered),
            Failure = OrNull(session.Failure),
        };
    }

    private static string? OrNull(string text) => text.Length == 0 ? null : text;
}
