using System.Text.Json.Nodes;
using Google.Protobuf;
using Holdfast.Client;

namespace Holdfast.EndToEnd.Tests.Conformance;

/// <summary>The step <c>ask</c>: one request, its answer as protobuf JSON. Stateless.</summary>
internal static class Asking
{
    public static async Task AskAsync(HoldfastClient client, JsonObject step)
    {
        if (step["giveUpMs"] is { } giveUp)
        {
            using var patience = new CancellationTokenSource((int)giveUp);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => CallAsync(client, step, patience.Token));
            return;
        }
        var until = step["until"]?.AsObject() ?? [];
        JsonNode answer;
        do
            answer = await CallAsync(client, step, CancellationToken.None);
        while (!until.All(u => JsonPart.NumberAt(answer, u.Key) >= (double)u.Value!));
        Assert.Null(JsonPart.Difference(answer, step["expect"] ?? new JsonObject()));
    }

    private static async Task<JsonNode> CallAsync(HoldfastClient client, JsonObject step, CancellationToken cancellation)
    {
        var session = step["session"]?.ToString() ?? "";
        switch (step["call"]!.ToString())
        {
            case "list":
                var sessions = await client.ListAsync(cancellation);
                return new JsonObject { ["count"] = sessions.Count, ["names"] = new JsonArray([.. sessions.Select(s => (JsonNode)s.Name)]) };
            case "status":
                return Json(await client.StatusAsync(cancellation));
            case "inspect":
                return Json(await client.InspectAsync(session, cancellation));
            case "wait":
                return Json(await client.WaitForExitAsync(session, cancellation));
            case "kill":
                return Json(await client.KillAsync(session, timeout: null, cancellation));
            case "rename":
                return Json(await client.RenameAsync(session, step["name"]!.ToString(), cancellation));
            case "history":
                return Json(await client.HistoryAsync(session, (ulong)step["from"]!, 0, cancellation));
            case "resize":
                return new JsonObject { ["offset"] = $"{await client.ResizeAsync(session, (uint)step["cols"]!, (uint)step["rows"]!, cancellation)}" };
            case "signal":
                await client.SignalAsync(session, (int)step["signal"]!, processGroup: false, cancellation);
                return new JsonObject();
            default:
                throw new InvalidDataException($"an unknown call: {step["call"]}");
        }
    }

    private static JsonNode Json(IMessage message) => JsonNode.Parse(JsonFormatter.Default.Format(message))!;
}
