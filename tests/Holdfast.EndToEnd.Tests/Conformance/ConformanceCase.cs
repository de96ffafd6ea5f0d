using System.Globalization;
using System.Text.Json.Nodes;

namespace Holdfast.EndToEnd.Tests.Conformance;

/// <summary>One case of tests/conformance; its README explains the steps. Immutable.</summary>
internal sealed class ConformanceCase(JsonObject json)
{
    private static readonly Dictionary<string, string> Known = new(StringComparer.Ordinal)
    {
        ["client"] = "options",
        ["create"] = "name script ringBytes overflow",
        ["attach"] = "at session from part held",
        ["read"] = "at",
        ["write"] = "at text hex",
        ["flush"] = "at",
        ["take"] = "at force",
        ["release"] = "at",
        ["detach"] = "at",
        ["ack"] = "at count",
        ["setAckThreshold"] = "at frames",
        ["until"] = "at text bytes event",
        ["expect"] = "at text hex bytes sha256 only events last accounted gaps",
        ["ask"] = "call session name cols rows signal from expect until giveUpMs",
        ["kill9"] = "at times everyBytes",
        ["raw"] = "hello exchange",
        ["writeToken"] = "",
        ["fakeDaemon"] = "says",
        ["recordedDaemon"] = "recording",
    };

    public static readonly string Folder = Path.Combine(FindRoot(), "tests", "conformance");

    public static IEnumerable<string> Names =>
        Directory.EnumerateFiles(Folder, "*.json").Select(p => Path.GetFileNameWithoutExtension(p)).Order(StringComparer.Ordinal);

    public bool StartsDaemon => (bool?)json["start"] ?? true;

    public IReadOnlyList<(string Name, string Value)> Variables =>
        [.. ((JsonObject?)json["variables"] ?? []).Select(v => (v.Key, v.Value!.ToString()))];

    public static ConformanceCase Load(string name) => new(JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, $"{name}.json")))!.AsObject());

    /// <summary>The steps one by one, with <c>for</c> unrolled. A key that no runner knows must not be passed over.</summary>
    public IEnumerable<JsonObject> Steps()
    {
        foreach (var step in json["steps"]!.AsArray())
        {
            var keys = Known.GetValueOrDefault(step!["do"]!.ToString()) ?? throw new InvalidDataException($"Unknown step {step.ToJsonString()}");
            var unknown = step.AsObject().Select(p => p.Key).Except(["do", "client", "fails", "for", .. keys.Split(' ')], StringComparer.Ordinal);
            Assert.Empty(unknown);
            for (var n = 0; n < ((int?)step["for"] ?? 1); n++)
                yield return JsonNode.Parse(step.ToJsonString().Replace("{n}", n.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal))!.AsObject();
        }
    }

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "global.json")))
            directory = directory.Parent ?? throw new InvalidOperationException("The tests must run inside the source tree.");
        return directory.FullName;
    }
}
