using System.Text.Json.Serialization;

namespace Holdfast.Daemon.Journal;

/// <summary>The journal's JSON, generated at build time. Immutable.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JournalRecord))]
internal sealed partial class JournalShapes : JsonSerializerContext;
