using Holdfast.Protocol.V1;

namespace Holdfast.Cli.Output;

/// <summary>One attached connection as `info --json` shows it. A value.</summary>
internal sealed record ClientRow(
    string ClientId,
    string ClientName,
    string Part,
    bool Stream,
    ulong Offset,
    ulong Pending,
    string Level,
    ulong SentBytes,
    uint Gaps,
    ulong GapBytes)
{
    public static ClientRow Of(ClientFacts client) => new(
        client.ClientId,
        client.ClientName,
        client.Owner ? "owner" : client.Output ? "observer" : "input",
        client.Stream,
        client.Offset,
        client.Pending,
        client.Level switch { FlowLevel.FlowRed => "red", FlowLevel.FlowYellow => "yellow", _ => "green" },
        client.SentBytes,
        client.Gaps,
        client.GapBytes);
}
