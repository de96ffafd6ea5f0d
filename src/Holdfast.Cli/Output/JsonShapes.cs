using System.Text.Json.Serialization;

namespace Holdfast.Cli.Output;

/// <summary>Every document of --json, generated at build time: the keys are a contract (docs and tests name them). Immutable.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    GenerationMode = JsonSourceGenerationMode.Serialization | JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(SessionRow[]))]
[JsonSerializable(typeof(SessionDetails))]
[JsonSerializable(typeof(ErrorDocument))]
[JsonSerializable(typeof(RunResult))]
[JsonSerializable(typeof(StatusRow))]
[JsonSerializable(typeof(VersionRow))]
[JsonSerializable(typeof(NamesRow))]
[JsonSerializable(typeof(WaitRow))]
[JsonSerializable(typeof(ConfigRow))]
[JsonSerializable(typeof(CapturedScreen))]
[JsonSerializable(typeof(UpgradeRow))]
[JsonSerializable(typeof(HealthRow))]
internal sealed partial class JsonShapes : JsonSerializerContext;

/// <summary>A failure on standard output.</summary>
internal sealed record ErrorDocument(ErrorRow Error);

internal sealed record ErrorRow(string Code, string Message, string? Hint);

/// <summary>What `run --json` tells.</summary>
internal sealed record RunResult(
    string Name, string Id, int? ExitCode, int? ExitSignal, string Output, ulong OutputBytes, long DurationMs, bool TimedOut);

internal sealed record VersionRow(string Version, uint ProtocolVersion, string Runtime, string Architecture);

/// <summary>What `daemon upgrade --json` tells.</summary>
internal sealed record UpgradeRow(
    bool Changed, string Program, string FromVersion, string FromBuild, string ToVersion, string ToBuild, int DaemonPid, int KeeperPid, bool KeeperRenewed,
    uint Sessions, long DowntimeMs);

internal sealed record NamesRow(string[] Names);

internal sealed record WaitRow(string Name, string Id, int? ExitCode, int? ExitSignal);

internal sealed record ConfigRow(string Path, bool Exists, bool? Valid, OptionRow[]? Options);

internal sealed record OptionRow(string Key, string Value, string Source, string Variable, string Meaning);
