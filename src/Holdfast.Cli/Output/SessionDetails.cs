using Holdfast.Protocol.V1;

namespace Holdfast.Cli.Output;

/// <summary>A session as `info --json` shows it: the row of the list and what only one session is asked for. A value.</summary>
internal sealed record SessionDetails : SessionRow
{
    public uint Number { get; init; }

    public ulong RingBytes { get; init; }

    public required string Overflow { get; init; }

    public required string Restore { get; init; }

    public bool OutputClosed { get; init; }

    public bool ExitLost { get; init; }

    public string? OwnerName { get; init; }

    public ulong OwnerEpoch { get; init; }

    public bool OwnerPresent { get; init; }

    public required ClientRow[] Attached { get; init; }

    public static new SessionDetails Of(SessionInfo session) => Fill(session, new SessionDetails
    {
        Name = "",
        Id = "",
        State = "",
        Command = [],
        OwnerName = session.OwnerName.Length == 0 ? null : session.OwnerName,
        OwnerEpoch = session.OwnerEpoch,
        OwnerPresent = session.OwnerPresent,
        Attached = [.. session.Attached.Select(ClientRow.Of)],
        Number = session.Number,
        RingBytes = session.RingBytes,
        Overflow = session.Overflow == OverflowPolicy.OverflowPause ? "pause" : "gap",
        Restore = session.Restore switch
        {
            RestorePolicy.RestoreNever => "never",
            RestorePolicy.RestoreCommand => "command",
            _ => "shell",
        },
        OutputClosed = session.OutputClosed,
        ExitLost = session.Exit is { Lost: true },
    });
}
