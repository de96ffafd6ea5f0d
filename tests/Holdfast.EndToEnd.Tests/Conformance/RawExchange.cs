using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Google.Protobuf;
using Holdfast.EndToEnd.Tests.Connections;
using Holdfast.Protocol.V1;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Conformance;

/// <summary>The step <c>raw</c>: a connection that says exactly what a case wants, and what the daemon answers. Stateless.</summary>
internal static partial class RawExchange
{
    public static byte[] FrameOf(JsonNode envelope) => RawPeer.FrameOf(JsonParser.Default.Parse<Envelope>(envelope.ToJsonString()));

    public static async Task RunAsync(DaemonProcess daemon, JsonObject step, Func<string, Task<uint>> numberOf)
    {
        using var peer = step["hello"] is { } role
            ? await RawPeer.GreetedAsync(daemon, role.ToString() == "STREAM" ? Role.Stream : Role.Control, "raw")
            : await RawPeer.ConnectAsync(daemon);
        foreach (var part in (await FilledAsync(daemon, step["exchange"]!, numberOf)).AsArray())
        {
            if (part!["hex"] is { } hex)
                await peer.SendAsync(Convert.FromHexString(hex.ToString()));
            if (part["envelope"] is { } envelope)
                await peer.SendAsync(FrameOf(envelope));
            if (part["answer"] is { } answer)
                Assert.Null(JsonPart.Difference(await AnswerAsync(peer, answer), answer));
            if ((bool?)part["closed"] == true)
                Assert.Null(await peer.ReceiveAsync());
        }
    }

    // Events may come between answers.
    private static async Task<JsonNode?> AnswerAsync(RawPeer peer, JsonNode expected)
    {
        while (await peer.ReceiveAsync() is { } envelope)
        {
            var message = JsonNode.Parse(JsonFormatter.Default.Format(envelope))!;
            if (expected["requestId"] is not { } id || message["requestId"]?.ToString() == id.ToString())
                return message;
        }
        return null;
    }

    private static async Task<JsonNode> FilledAsync(DaemonProcess daemon, JsonNode exchange, Func<string, Task<uint>> numberOf)
    {
        var text = exchange.ToJsonString();
        if (text.Contains("{token}", StringComparison.Ordinal))
            text = text.Replace("{token}", (await File.ReadAllTextAsync(daemon.Paths.Token)).Trim(), StringComparison.Ordinal);
        foreach (Match match in Number().Matches(text))
            text = text.Replace(match.Value, (await numberOf(match.Groups["name"].Value)).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        return JsonNode.Parse(text)!;
    }

    [GeneratedRegex("\"\\{number:(?<name>[^}]*)\\}\"", RegexOptions.ExplicitCapture)]
    private static partial Regex Number();
}
