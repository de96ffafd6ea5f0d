using System.Globalization;
using System.Text.Json.Nodes;

namespace Holdfast.EndToEnd.Tests.Conformance;

/// <summary>Compares JSON with the part of it that a case expects. Stateless.</summary>
internal static class JsonPart
{
    /// <summary>What differs; null where nothing does.</summary>
    public static string? Difference(JsonNode? actual, JsonNode? expected, string path = "")
    {
        if (expected is JsonObject parts && actual is JsonObject whole)
            return parts.Select(p => Difference(whole[p.Key], p.Value, $"{path}.{p.Key}")).FirstOrDefault(d => d is not null);
        if (expected is JsonArray wanted && actual is JsonArray got)
        {
            return wanted.Count != got.Count
                ? $"{path}: {got.Count} elements instead of {wanted.Count}: {got.ToJsonString()}"
                : wanted.Select((w, i) => Difference(got[i], w, $"{path}[{i}]")).FirstOrDefault(d => d is not null);
        }
        return JsonNode.DeepEquals(actual, expected) ? null : $"{path}: {actual?.ToJsonString()} instead of {expected?.ToJsonString()}";
    }

    /// <summary>The value at a path like <c>flow.warnings</c>; what is not there is the default, 0.</summary>
    public static double NumberAt(JsonNode json, string path)
    {
        JsonNode? value = json;
        foreach (var key in path.Split('.'))
            value = (value as JsonObject)?[key];
        return value is null ? 0 : double.Parse(value.ToString(), CultureInfo.InvariantCulture);
    }
}
