using System.CommandLine;
using Holdfast.Cli.Output;
using Holdfast.Cli.Sessions;
using Holdfast.Client;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Cli.Commands;

/// <summary>`history`: the raw bytes a session's ring still holds. One per command line.</summary>
internal sealed class HistoryCommand : Command
{
    public HistoryCommand()
        : base("history", "Print the raw output that is still held, or a part of it by offset.\n\n  holdfast history build > build.raw\n  holdfast history build --from 1000 --to 2000")
    {
        var session = CommonOptions.Session();
        var from = new Option<string?>("--from") { Description = "First byte; default: the oldest held", HelpName = "OFFSET" };
        var to = new Option<string?>("--to") { Description = "Byte to end before; default: the end as it is now", HelpName = "OFFSET" };
        Arguments.Add(session);
        Options.Add(from);
        Options.Add(to);
        Options.Add(CommonOptions.Json());
        SetAction((parsed, cancellation) =>
            RunAsync(parsed.GetRequiredValue(session), parsed.GetValue(from), parsed.GetValue(to), cancellation));
    }

    private static Task<int> RunAsync(string name, string? from, string? to, CancellationToken cancellation)
    {
        ulong? first = from is null or "start" ? null : StartOffset.Offset(from, "--from");
        ulong? end = to is null ? null : StartOffset.Offset(to, "--to");
        if (first > end)
            throw new HoldfastException(ErrorCode.Usage, $"--from {first} lies behind --to {end}", "Give the smaller offset as --from.");
        return DaemonAccess.WithSessionAsync(name, async client =>
        {
            var session = await client.InspectAsync(name, cancellation);
            if (first > session.Head)
                throw new HoldfastException(ErrorCode.OffsetNotHeld, $"offset {first} lies beyond the head {session.Head}");
            await PrintAsync(client, session.Id, first ?? session.RetainedFrom, Math.Min(end ?? session.Head, session.Head), cancellation);
            return 0;
        }, cancellation);
    }

    private static async Task PrintAsync(HoldfastClient client, string id, ulong offset, ulong end, CancellationToken cancellation)
    {
        while (offset < end)
        {
            var most = (int)Math.Min(end - offset, ProtocolLimits.MaxHistoryBytes);
            var piece = await client.HistoryAsync(id, offset, most, cancellation);
            if (piece.Offset != offset || piece.Data.IsEmpty)
                throw new HoldfastException(ErrorCode.OffsetNotHeld, $"the bytes from {offset} were overwritten meanwhile");
            StandardOutput.Write(piece.Data.Span);
            offset += (ulong)piece.Data.Length;
        }
    }
}
