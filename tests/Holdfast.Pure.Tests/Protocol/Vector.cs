using System.Text.Json;
using Google.Protobuf;
using Holdfast.Protocol.Frames;
using Holdfast.Protocol.V1;

namespace Holdfast.Pure.Tests.Protocol;

/// <summary>One golden frame of proto/vectors; the README there explains the keys.</summary>
internal sealed record Vector(byte[] Bytes, FrameReadStatus Status, JsonElement Json)
{
    public bool IsCanonical => Json.TryGetProperty("canonical", out var canonical) && canonical.GetBoolean();

    public bool IsGarbage => Json.TryGetProperty("garbage", out var garbage) && garbage.GetBoolean();

    public FrameKind Kind => (FrameKind)Json.GetProperty("kind").GetByte();

    public Envelope? Envelope =>
        Json.TryGetProperty("envelope", out var envelope) ? JsonParser.Default.Parse<Envelope>(envelope.GetRawText()) : null;

    public (uint Session, ulong Offset, byte[] Bytes)? Data => Json.TryGetProperty("data", out var data)
        ? (data.GetProperty("session").GetUInt32(), ulong.Parse(data.GetProperty("offset").GetString()!), Convert.FromHexString(data.GetProperty("hex").GetString()!))
        : null;

    public static IEnumerable<string> Names =>
        Directory.EnumerateFiles(Path.Combine(RepositoryFiles.Root, "proto/vectors"), "*.json").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal);

    public static Vector Load(string name)
    {
        using var document = JsonDocument.Parse(RepositoryFiles.Read($"proto/vectors/{name}.json"));
        var json = document.RootElement.Clone();
        Assert.Equal(name, json.GetProperty("name").GetString());
        Assert.False(string.IsNullOrWhiteSpace(json.GetProperty("meaning").GetString()));
        return new Vector(Convert.FromHexString(json.GetProperty("hex").GetString()!), StatusOf(json.GetProperty("status").GetString()), json);
    }

    private static FrameReadStatus StatusOf(string? status) => status switch
    {
        "frame" => FrameReadStatus.Frame,
        "need_more" => FrameReadStatus.NeedMore,
        "too_large" => FrameReadStatus.TooLarge,
        "malformed" => FrameReadStatus.Malformed,
        _ => throw new InvalidDataException($"Unknown status {status}."),
    };
}
