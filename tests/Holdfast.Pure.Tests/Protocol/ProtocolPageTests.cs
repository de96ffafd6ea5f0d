using System.Globalization;
using Holdfast.Protocol;
using Holdfast.Protocol.Frames;
using Holdfast.Protocol.V1;

namespace Holdfast.Pure.Tests.Protocol;

/// <summary>docs/protocol.md says the numbers and names the code has.</summary>
public sealed class ProtocolPageTests
{
    private static readonly string Page = RepositoryFiles.Read("docs/protocol.md");

    public static TheoryData<string, int> Limits => new()
    {
        { "frame, either way (`length`)", ProtocolLimits.MaxFrameBytes },
        { "bytes in one output frame", ProtocolLimits.MaxOutputDataBytes },
        { "bytes in one input frame", ProtocolLimits.MaxInputDataBytes },
        { "unacknowledged input, for each client and session", ProtocolLimits.InputWindowBytes },
        { "bytes in one history answer", ProtocolLimits.MaxHistoryBytes },
        { "characters of a `client_id`", ProtocolLimits.MaxClientIdChars },
        { "milliseconds until the hello must be there", ProtocolLimits.HandshakeTimeoutMs },
    };

    [Theory]
    [MemberData(nameof(Limits))]
    public void Limits_on_the_page_are_those_of_the_code(string limit, int value) =>
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"| {limit} | {value} |"), Page, StringComparison.Ordinal);

    [Fact]
    public void The_page_knows_every_frame_kind_and_version()
    {
        foreach (var kind in Enum.GetValues<FrameKind>())
            Assert.Contains($"kind {(byte)kind}, {kind.ToString().ToLowerInvariant()} ", Page, StringComparison.Ordinal);
        foreach (var version in ProtocolVersion.Supported.ToArray())
            Assert.Contains($"\n| {version} | ", Page, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_event_is_explained()
    {
        var events = SessionReflection.Descriptor.MessageTypes.Concat(DaemonReflection.Descriptor.MessageTypes)
            .Select(message => message.Name)
            .Where(name => name.EndsWith("Event", StringComparison.Ordinal));
        Assert.All(events, name => Assert.Contains(name, Page, StringComparison.Ordinal));
    }
}
